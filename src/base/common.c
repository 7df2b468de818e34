/* SPDX-License-Identifier: MIT */
#include "simplemailgw/common.h"

const char *smgw_version(void)
{
    return SMGW_VERSION;
}

void smgw_call_options_init(smgw_call_options *options)
{
    *options = (smgw_call_options)SMGW_CALL_OPTIONS_INIT;
}
