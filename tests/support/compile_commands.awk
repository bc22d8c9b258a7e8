# compile_commands.json from the commands that `make -n` prints. usage: awk -v directory=DIR -f compile_commands.awk
function quoted(text) {
    gsub(/\\/, "\\\\", text)
    gsub(/"/, "\\\"", text)
    return "\"" text "\""
}
BEGIN { printf "[" }
/ -c -o / {
    printf "%s\n  {\"directory\": %s, \"file\": %s,\n   \"command\": %s}", separator, quoted(directory), quoted($NF), quoted($0)
    separator = ","
}
END { print "\n]" }
