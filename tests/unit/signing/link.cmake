pkg_check_modules(XML2 REQUIRED IMPORTED_TARGET libxml-2.0)
set(LINK shomei_signing shomei_test_tsa PkgConfig::XML2)
