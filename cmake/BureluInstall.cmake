# Install rules and the package that find_package(burelu) reads.
if(NOT BURELU_INSTALL)
  return()
endif()
include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/burelu")

install(TARGETS ${burelu_public} EXPORT burelu-targets)
foreach(program burelu_program burelu_verify)
  if(TARGET ${program})
    install(TARGETS ${program})
  endif()
endforeach()
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/burelu" "${BURELU_GENERATED_DIR}/include/burelu"
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.hpp")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DATADIR}/licenses/burelu")

install(EXPORT burelu-targets NAMESPACE burelu:: DESTINATION "${package_dir}")
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/burelu-config.cmake.in"
                              "${PROJECT_BINARY_DIR}/package/burelu-config.cmake" INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/package/burelu-config-version.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/package/burelu-config.cmake"
              "${PROJECT_BINARY_DIR}/package/burelu-config-version.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/FindBureluBlas.cmake"
        DESTINATION "${package_dir}")
