/* SPDX-License-Identifier: MIT */
/*
 * The configuration that the EMAIL_* variables describe; docs/configuration.md lists them.
 */
#ifndef MGW_CONFIG_ENVIRONMENT_H
#define MGW_CONFIG_ENVIRONMENT_H

#include "config/config.h"

/* Reads the environment of the process, once. No other thread may change it meanwhile. */
smgw_status mgw_config_from_env(mgw_config **config, smgw_error *error) SMGW_CHECK;

/* The same from a NULL-terminated array of "NAME=value". On failure *config is NULL. */
smgw_status mgw_config_from_environ(mgw_config **config, char *const *variables, smgw_error *error) SMGW_CHECK;

#endif
