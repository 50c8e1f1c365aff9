pkg_check_modules(XML2 REQUIRED IMPORTED_TARGET libxml-2.0)
set(LINK shomei_cli PkgConfig::XML2)
