/* SPDX-License-Identifier: MIT */
#include "imap/draft.h"

smgw_status mgw_imap_capability(mgw_imap *imap, uint32_t *command)
{
    return mgw_imap_simple(imap, MGW_IMAP_KIND_CAPABILITY, "CAPABILITY", command);
}

smgw_status mgw_imap_compress(mgw_imap *imap, uint32_t *command)
{
    if (imap->compressed)
        return SMGW_ERR_INVALID;
    if ((imap->capabilities & MGW_IMAP_CAP_COMPRESS_DEFLATE) == 0)
        return SMGW_ERR_UNSUPPORTED;
    smgw_status status = mgw_imap_simple(imap, MGW_IMAP_KIND_COMPRESS, "COMPRESS DEFLATE", command);
    imap->switching = imap->switching || status == SMGW_OK;
    return status;
}

smgw_status mgw_imap_noop(mgw_imap *imap, uint32_t *command)
{
    return mgw_imap_simple(imap, MGW_IMAP_KIND_NOOP, "NOOP", command);
}

smgw_status mgw_imap_logout(mgw_imap *imap, uint32_t *command)
{
    smgw_status status = mgw_imap_simple(imap, MGW_IMAP_KIND_LOGOUT, "LOGOUT", command);
    imap->closing = imap->closing || status == SMGW_OK;
    return status;
}
