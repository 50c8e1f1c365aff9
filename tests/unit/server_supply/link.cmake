set(LINK shomei_server)
