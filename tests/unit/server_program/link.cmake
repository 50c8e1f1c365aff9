set(LINK shomei_http shomei_server_program)
