set(LINK shomei_agent)
