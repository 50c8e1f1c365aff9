set(LINK shomei_cards)
