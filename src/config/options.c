/* SPDX-License-Identifier: MIT */
#include "simplemailgw/account.h"
#include "simplemailgw/gateway.h"

void smgw_account_init(smgw_account *account)
{
    *account = (smgw_account)SMGW_ACCOUNT_INIT;
}

void smgw_gateway_options_init(smgw_gateway_options *options)
{
    *options = (smgw_gateway_options)SMGW_GATEWAY_OPTIONS_INIT;
}
