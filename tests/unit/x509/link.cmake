set(LINK shomei_x509)
