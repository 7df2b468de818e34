/* SPDX-License-Identifier: MIT */
/* An application in C++ that knows only the installed header: prints the version, exits with 0 when all of it works. */
#include <simplemailgw.h>

#include <iostream>
#include <memory>
#include <string>
#include <string_view>

namespace {

using limiter = std::unique_ptr<smgw_rate_limiter, decltype(&smgw_rate_limiter_free)>;

bool sanitizers_work()
{
    const std::string_view attack = "Hello\r\nBcc: attacker@evil.com";
    std::string clean(attack.size() + 1, '\0');
    std::size_t len = 0;
    if (smgw_sanitize_subject(attack.data(), attack.size(), clean.data(), clean.size(), &len) != SMGW_RULE_OK)
        return false;
    clean.resize(len);
    return clean == "Hello Bcc: attacker@evil.com" && smgw_validate_email_str("ada@example.com") == SMGW_RULE_OK;
}

bool limiter_works()
{
    smgw_rate_limiter_options options = SMGW_RATE_LIMITER_OPTIONS_INIT;
    options.tokens = 1;
    options.period_ms = 3600000;
    smgw_rate_limiter *made = nullptr;
    if (smgw_rate_limiter_new(&made, &options, nullptr) != SMGW_OK)
        return false;
    const limiter owner(made, smgw_rate_limiter_free);
    smgw_error error = SMGW_ERROR_INIT;
    return smgw_rate_limiter_try(made, "work", 4, 1, nullptr) == SMGW_OK
        && smgw_rate_limiter_try(made, "work", 4, 1, &error) == SMGW_ERR_RATE_LIMITED && error.retryable;
}

} // namespace

int main()
{
    std::cout << smgw_version() << '\n';
    if (std::string_view(smgw_version()) != SMGW_VERSION) {
        std::cerr << "header and library differ in version\n";
        return 1;
    }
    if (!sanitizers_work()) {
        std::cerr << "the sanitizers do not work\n";
        return 1;
    }
    if (!limiter_works()) {
        std::cerr << "the limiter does not work\n";
        return 1;
    }
    return 0;
}
