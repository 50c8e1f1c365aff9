set(LINK shomei_server_store soci)
