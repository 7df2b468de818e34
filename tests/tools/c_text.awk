# SPDX-License-Identifier: MIT
# For the checks that read C: code_of() gives a line without its comments and without what its string and character
# constants hold. It remembers an open comment from line to line, so it must be given every line; call code_begin() at the
# first line of a file.

function code_begin() {
    code_in_comment = 0
}

function code_of(line,    out, i, n, c, two, quote) {
    if (!code_in_comment && line !~ /["'\/]/)
        return line
    out = ""
    quote = ""
    n = length(line)
    for (i = 1; i <= n; i++) {
        c = substr(line, i, 1)
        two = substr(line, i, 2)
        if (code_in_comment) {
            if (two == "*/") { code_in_comment = 0; i++; out = out " " }
        } else if (quote != "") {
            if (c == "\\") i++
            else if (c == quote) { quote = ""; out = out c }
        } else if (two == "/*") {
            code_in_comment = 1
            i++
        } else if (two == "//") {
            break
        } else {
            if (c == "\"" || c == "'") quote = c
            out = out c
        }
    }
    return out
}
