/* SPDX-License-Identifier: MIT */
/* Run when the build is configured: prints libcurl's TLS library, exits with 0 if it is OpenSSL. */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    const char *backend = curl_version_info(CURLVERSION_NOW)->ssl_version;
    fputs(backend != NULL ? backend : "no TLS", stdout);
    return backend != NULL && strncmp(backend, "OpenSSL/", 8) == 0 ? 0 : 1;
}
