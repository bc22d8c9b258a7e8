#include "app/cli/table.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"

static void assert_printed(const Table *table, const char *expected) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_true(table_print(table, out));
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

static void columns_are_as_wide_as_their_widest_cell(void **state) {
    (void)state;
    Table table;
    table_init(&table, (const char *const[]){"<name", "n", NULL}, false);
    table_cell(&table, "relu");
    table_cell(&table, "%d", 1000);
    table_cell(&table, "é");
    table_cell(&table, "%d", 7);
    assert_printed(&table, "name     n\nrelu  1000\né        7\n");
    table_clear(&table);
}

static void rows_end_without_spaces(void **state) {
    (void)state;
    Table table;
    table_init(&table, (const char *const[]){"<a", "n", "<note", NULL}, false);
    table_cell(&table, "x");
    table_cell(&table, "1");
    table_cell(&table, "%s", "");
    assert_printed(&table, "a  n  note\nx  1\n");
    table_clear(&table);
}

static void ascii_tables_have_ascii_bars(void **state) {
    (void)state;
    Table table;
    table_init(&table, (const char *const[]){"<bar", NULL}, true);
    table_bar(&table, 0.5, 8);
    table_bar(&table, 1, 8);
    table_bar(&table, 0, 8);
    assert_printed(&table, "bar\n####\n########\n\n");
    table_clear(&table);
}

static void hostile_bytes_are_escaped(void **state) {
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    table_put(out, "a\x1b[2Jb", false);
    fclose(out);
    assert_string_equal(text, "a\\x1B[2Jb");
    free(text);
}

static void csv_fields_are_quoted_where_they_must_be(void **state) {
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    table_put_csv(out, "plain", false);
    table_put_csv(out, "lesion:a,b", false);
    table_put_csv(out, "say \"x\"", true);
    fclose(out);
    assert_string_equal(text, "plain,\"lesion:a,b\",\"say \"\"x\"\"\"\n");
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
        cmocka_unit_test(rows_end_without_spaces),
        cmocka_unit_test(ascii_tables_have_ascii_bars),
        cmocka_unit_test(hostile_bytes_are_escaped),
        cmocka_unit_test(csv_fields_are_quoted_where_they_must_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
