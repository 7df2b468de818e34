# Debian builds libcurl for OpenSSL, GnuTLS and NSS under one name. Only the OpenSSL build lets us set the rules of the
# TLS context, so any other one ends the configuration here instead of a connection later.
try_run(curl_is_openssl curl_probe_compiles ${CMAKE_CURRENT_BINARY_DIR}/curl-probe
    ${CMAKE_CURRENT_SOURCE_DIR}/net/openssl_curl_probe.c
    LINK_LIBRARIES PkgConfig::CURL
    RUN_OUTPUT_VARIABLE curl_tls_backend)
if(NOT curl_probe_compiles)
    message(FATAL_ERROR "libcurl was found but a program cannot be built with it; install libcurl4-openssl-dev.")
endif()
if(NOT curl_is_openssl EQUAL 0)
    message(FATAL_ERROR "libcurl is built with ${curl_tls_backend}, but libsimplemailgw needs its OpenSSL build. "
        "On Debian: apt-get install libcurl4-openssl-dev")
endif()
