set(LINK shomei_token)
