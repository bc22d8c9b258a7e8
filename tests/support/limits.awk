# The limits that CONTRIBUTING.md states for sources: lines of a file, lines and parameters of a function, fields of a struct of
# app/. Relies on clang-format: what is defined begins in the first column and ends with a brace there.
# usage: awk -f limits.awk CONTRIBUTING.md SOURCE...
FILENAME == "CONTRIBUTING.md" {
    if (sub(/^\* A function has at most /, "")) {
        split($0, word, " ")
        function_lines = word[1]
        parameters = word[4]
        file_lines = word[10]
    }
    if (sub(/^.*a struct of `app\/` at most /, "")) fields = $1 + 0
    next
}
function complain(what, count, limit) {
    printf "%s:%d: %s, the limit is %d\n", FILENAME, begin, what " " count, limit
    bad = 1
}
function close_file() {
    if (file && lines > file_lines) {
        printf "%s: %d lines, the limit is %d\n", file, lines, file_lines
        bad = 1
    }
}
# Commas of the outermost parentheses, and one more.
function parameter_count(head,    k, sign, depth, count) {
    count = 1
    for (k = index(head, "("); k <= length(head); k++) {
        sign = substr(head, k, 1)
        if (sign == "(") depth++
        if (sign == ")" && --depth == 0) return count
        if (sign == "," && depth == 1) count++
    }
    return count
}
# Names declared in the body of a struct, its comments gone: a statement has one more than its commas. A nameless struct within
# counts by its own fields; function pointers have commas in parentheses, arrays in brackets.
function field_count(body,    k, sign, depth, count, named) {
    count = named = 0
    for (k = 1; k <= length(body); k++) {
        sign = substr(body, k, 1)
        if (sign ~ /[(\[]/) depth++
        else if (sign ~ /[)\]]/) depth--
        else if (depth == 0 && sign ~ /[{}]/) named = 0
        else if (depth == 0 && sign == "," && named) count++
        else if (depth == 0 && sign == ";") {
            count += named
            named = 0
        } else if (sign ~ /[a-zA-Z]/) named = named || substr(body, 1, k - 1) !~ /}[ \t]*[a-zA-Z_]*$/
    }
    return count
}
FNR == 1 {
    close_file()
    file = FILENAME
    begin = 0
}
{ lines = FNR }
FILENAME ~ /^app\// && /^(typedef )?struct [A-Za-z]* ?{$/ {
    begin_struct = FNR
    body = ""
    next
}
begin_struct && /^}/ {
    gsub(/\/\*([^*]|\*[^\/])*\*\//, "", body)
    begin = begin_struct
    if (field_count(body) > fields) complain("a struct of fields:", field_count(body), fields)
    if (show) print field_count(body), FILENAME, $0
    begin = begin_struct = 0
    next
}
begin_struct { body = body " " $0 }
/^[a-zA-Z]/ && !/^(typedef|struct|enum|union|extern)/ {
    head = ""
    begin = FNR
}
begin && !inside {
    head = head $0
    if (/;$/ || /^#/ || /[=,]$/ && head !~ /\(/) begin = 0
    else if (/\{$/ && head ~ /\(/ && head !~ /= /) {
        inside = 1
        if (parameter_count(head) > parameters) complain("a function with parameters:", parameter_count(head), parameters)
    } else if (/\{$/) begin = 0
}
/^}/ {
    if (inside && FNR - begin + 1 > function_lines) complain("a function of lines:", FNR - begin + 1, function_lines)
    inside = begin = 0
}
END {
    close_file()
    if (!(function_lines > 0 && parameters > 0 && file_lines > 0 && fields > 0)) {
        print "CONTRIBUTING.md does not state the limits"
        bad = 1
    }
    exit bad
}
