set(LINK shomei_server soci shomei_test_tsa)
