set(LINK shomei_pkcs11)
