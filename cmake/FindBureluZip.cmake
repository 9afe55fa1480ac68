# zlib and minizip (part of zlib's sources, packaged by itself) as the target burelu::zip.
find_package(ZLIB QUIET)
find_path(BureluZip_INCLUDE_DIR minizip/unzip.h)
find_library(BureluZip_LIBRARY minizip)
mark_as_advanced(BureluZip_INCLUDE_DIR BureluZip_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(BureluZip
  REQUIRED_VARS BureluZip_LIBRARY BureluZip_INCLUDE_DIR ZLIB_FOUND
  REASON_FAILURE_MESSAGE "install zlib and minizip (Debian, Ubuntu: zlib1g-dev libminizip-dev)")

if(BureluZip_FOUND AND NOT TARGET burelu::zip)
  add_library(burelu::zip INTERFACE IMPORTED)
  set_target_properties(burelu::zip PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${BureluZip_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES "${BureluZip_LIBRARY};ZLIB::ZLIB")
endif()
