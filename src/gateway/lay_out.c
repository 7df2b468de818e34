/* SPDX-License-Identifier: MIT */
#include "gateway/lay_out.h"

#include "base/clock.h"
#include "base/error.h"

smgw_status mgw_lay_out(
    mgw_laid_out *laid, smgw_gateway *gateway, const mgw_account *account, smgw_message *message, smgw_error *error)
{
    *laid = (mgw_laid_out){ .builder = NULL };
    smgw_status status = mgw_attached_files_open(&laid->files, gateway, message, error);
    if (status != SMGW_OK)
        return status;
    const mgw_builder_options options = {
        .sender_address = account->address,
        .sender_name = account->display_name,
        .now_ms = mgw_clock_wall_ms(),
        .sources = laid->files.sources,
        .source_count = laid->files.count,
    };
    status = mgw_builder_new(&laid->builder, message, &options, error);
    if (status != SMGW_OK)
        return status;
    if (mgw_builder_size(laid->builder) > gateway->config->max_message_size)
        return mgw_error_rule(error, SMGW_ERR_TOO_LARGE, "message", SMGW_RULE_TOO_LONG);
    return SMGW_OK;
}

void mgw_laid_out_free(mgw_laid_out *laid)
{
    mgw_builder_free(laid->builder);
    mgw_attached_files_close(&laid->files);
    laid->builder = NULL;
}
