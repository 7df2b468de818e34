/* SPDX-License-Identifier: MIT */
/**
 * @file simplemailgw.h
 * The one header that applications include.
 */
#ifndef SIMPLEMAILGW_H
#define SIMPLEMAILGW_H

#include "simplemailgw/common.h"
#include "simplemailgw/sanitize.h"
#include "simplemailgw/rate_limiter.h"
#include "simplemailgw/account.h"
#include "simplemailgw/audit.h"
#include "simplemailgw/gateway.h"
#include "simplemailgw/message.h"
#include "simplemailgw/send.h"
#include "simplemailgw/mail.h"
#include "simplemailgw/fetch.h"
#include "simplemailgw/mailbox.h"
#include "simplemailgw/view.h"
#include "simplemailgw/store.h"

#endif
