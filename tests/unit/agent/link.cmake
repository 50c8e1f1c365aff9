set(LINK shomei_agent shomei_test_tsa)
