include(CMakePackageConfigHelpers)

install(TARGETS simplemailgw_shared EXPORT simplemailgw-targets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS simplemailgw_static ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/simplemailgw)
install(EXPORT simplemailgw-targets NAMESPACE simplemailgw:: FILE simplemailgwConfig.cmake DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/simplemailgwConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/simplemailgwConfigVersion.cmake DESTINATION ${package_dir})

# The paths are relative to the file, so that an installed tree can be moved. The libraries that only a static link needs
# are named one by one: with Requires.private, --static would ask for everything libcurl was ever built with.
set(pc_dir ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH pc_to_prefix ${pc_dir} ${CMAKE_INSTALL_PREFIX})
file(RELATIVE_PATH pc_to_include ${pc_dir} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
set(pc_private_libs ${CURL_LDFLAGS} ${JANSSON_LDFLAGS} ${LIBXML2_LDFLAGS} ${OPENSSL_LDFLAGS})
list(JOIN pc_private_libs " " pc_private_libs)
configure_file(simplemailgw.pc.in ${CMAKE_CURRENT_BINARY_DIR}/simplemailgw.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/simplemailgw.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
