/* SPDX-License-Identifier: MIT */
/* What curl_version_info() of another libcurl would say; the environment names its version and TLS library. */
#include <curl/curl.h>

#include <stdlib.h>

curl_version_info_data *curl_version_info(CURLversion age)
{
    (void)age;
    static curl_version_info_data data;
    const char *number = getenv("OTHER_CURL_NUMBER");
    data.version = "0.0.0";
    data.version_num = (unsigned)strtoul(number != NULL ? number : "0", NULL, 16);
    data.ssl_version = getenv("OTHER_CURL_TLS");
    return &data;
}
