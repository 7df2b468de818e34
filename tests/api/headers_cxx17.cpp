/* SPDX-License-Identifier: MIT */
/*
 * Compiled once for each public header, SMGW_HEADER, with nothing before it. That it compiles is the test.
 */
#include SMGW_HEADER

/* A header that lets a name of curl, OpenSSL, jansson or libxml2 through makes one of these a conflicting declaration. */
typedef struct public_headers_show CURL;
typedef struct public_headers_show CURLcode;
typedef struct public_headers_show SSL;
typedef struct public_headers_show SSL_CTX;
typedef struct public_headers_show EVP_MD;
typedef struct public_headers_show X509;
typedef struct public_headers_show json_t;
typedef struct public_headers_show xmlDoc;

#include <simplemailgw.h>

extern const smgw_error an_error = SMGW_ERROR_INIT;
extern const smgw_call_options call_options = SMGW_CALL_OPTIONS_INIT;
extern const smgw_rate_limiter_options rate_limiter_options = SMGW_RATE_LIMITER_OPTIONS_INIT;
extern const smgw_audit_options audit_options = SMGW_AUDIT_OPTIONS_INIT;
extern const smgw_account account = SMGW_ACCOUNT_INIT;
extern const smgw_gateway_options gateway_options = SMGW_GATEWAY_OPTIONS_INIT;
extern const smgw_receipt receipt = SMGW_RECEIPT_INIT;
extern const smgw_folder_list folder_list = SMGW_FOLDER_LIST_INIT;
extern const smgw_query query = SMGW_QUERY_INIT;
extern const smgw_uid_list uid_list = SMGW_UID_LIST_INIT;
extern const smgw_text text = SMGW_TEXT_INIT;
extern const smgw_saved saved = SMGW_SAVED_INIT;
extern const smgw_folder_counts folder_counts = SMGW_FOLDER_COUNTS_INIT;
extern const smgw_change change = SMGW_CHANGE_INIT;
extern const smgw_stored stored = SMGW_STORED_INIT;
extern const smgw_view_options view_options = SMGW_VIEW_OPTIONS_INIT;
extern const smgw_view_page view_page = SMGW_VIEW_PAGE_INIT;
extern const smgw_auth_check auth_check = SMGW_AUTH_CHECK_INIT;
extern const smgw_auth_verdict auth_verdict = SMGW_AUTH_VERDICT_INIT;
