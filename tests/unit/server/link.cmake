set(LINK shomei_server soci)
