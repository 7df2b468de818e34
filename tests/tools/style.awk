# SPDX-License-Identifier: MIT
# What a C or C++ file of the tree must not hold. Variable: long_files, the list of files that may be long, with reasons.

BEGIN {
    max_file = 600
    max_function = 80
    banned = "(^|[^A-Za-z0-9_.>])(strcpy|stpcpy|strcat|sprintf|vsprintf|strtok|gets|atoi|atol|atoll|atof|alloca)[ \t]*\\("
    locale = "(^|[^A-Za-z0-9_.>])(isalnum|isalpha|iscntrl|isdigit|isgraph|islower|isprint|ispunct|isspace|isupper|isxdigit|tolower|toupper|strcasecmp|strncasecmp|setlocale)[ \t]*\\("
    memory = "(^|[^A-Za-z0-9_.>])(malloc|calloc|realloc|reallocarray|free|strdup|strndup|asprintf|vasprintf)[ \t]*\\("
    while ((getline line < long_files) > 0)
        if (line !~ /^(#|$)/ && split(line, column, "\t") == 2)
            may_be_long[column[1]] = 1
}

FNR == 1 {
    end_of_file()
    begin_file()
}

{
    lines = FNR
    code = code_of($0)
}

FNR == 1 && $0 !~ /SPDX-License-Identifier: MIT/ { fault("the first line names no SPDX licence") }

match(code, banned) { fault("banned: " word(code)) }
in_src && match(code, locale) { fault("depends on the locale: " word(code)) }
in_src && FILENAME != "src/base/alloc.c" && match(code, memory) { fault("memory comes from base/alloc.h, not " word(code)) }

/^[ \t]*#[ \t]*if(def)?[ \t].*__cplusplus/ { in_cplusplus = 1 }
continued || code ~ /^[ \t]*#/ {
    if (code ~ /^[ \t]*#[ \t]*endif/)
        in_cplusplus = 0
    continued = /\\$/
    next
}
!in_cplusplus { measure(code) }

function begin_file() {
    code_begin()
    file = FILENAME
    in_src = file ~ /^src\//
    depth = continued = in_cplusplus = function_start = 0
    statement = ""
}

function end_of_file() {
    if (file != "" && lines > max_file && !(file in may_be_long)) {
        print file ": " lines " lines; a file has at most " max_file
        faults++
    }
}

# A brace after a closing parenthesis at depth 0 begins a function; its length counts from the line of its name.
function measure(code,    i, c) {
    for (i = 1; i <= length(code); i++) {
        c = substr(code, i, 1)
        if (c == "{") {
            if (depth == 0 && statement ~ /\)[ \t]*$/ && statement !~ /=/)
                function_start = statement_start
            depth++
        } else if (c == "}") {
            depth--
            if (depth == 0) {
                if (function_start > 0 && FNR - function_start + 1 > max_function)
                    fault("the function has " (FNR - function_start + 1) " lines; at most " max_function)
                function_start = 0
                statement = ""
            }
        } else if (depth == 0) {
            if (c == ";") {
                statement = ""
            } else {
                if (statement ~ /^[ \t]*$/ && c !~ /[ \t]/)
                    statement_start = FNR
                statement = statement c
            }
        }
    }
    if (depth == 0)
        statement = statement " "
}

# The name in the text that the last match() found.
function word(code,    found) {
    found = substr(code, RSTART, RLENGTH)
    gsub(/[^A-Za-z0-9_]/, "", found)
    return found "()"
}

function fault(text) {
    print FILENAME ":" FNR ": " text
    faults++
}

END {
    end_of_file()
    exit faults > 0
}
