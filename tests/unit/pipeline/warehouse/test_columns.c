/* What a load does with a column of the warehouse table: by what is stored, wanted and pinned. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "pipeline/warehouse/columns.h"
#include "tests/unit/pipeline/records.h"

#define DIMENSION(columns)                                                                                                         \
  "{\"table\":\"t\",\"kind\":\"dimension\",\"business_key\":[\"k\"],\"id\":{\"hash\":\"md5\"},\"columns\":{" columns "}}"
#define BAG(columns) "{\"table\":\"t\",\"kind\":\"fact\",\"columns\":{" columns "}}"
#define ROWS(columns) "{\"table\":\"t\",\"kind\":\"fact\",\"append\":\"all\",\"columns\":{" columns "}}"
#define C(type) "\"c\":{\"type\":\"" type "\"}"

static GPtrArray *
stored_columns (const char *type)
{
  static StoredColumn column;
  GPtrArray *stored = g_ptr_array_new ();
  column = (StoredColumn) { .name = (char *) "c", .type = types_find (type), .written = (char *) type };
  if (type[0] != '\0')
    g_ptr_array_add (stored, &column);
  return stored;
}

/* Given a model, what is stored ("": no such column, "money": a type that weir does not know) and pinned (NULL: never a value). */
static const struct
{
  const char *model, *wanted, *stored, *pinned;
  ColumnStep step;
} cases[] = {
  { DIMENSION (""), "text", "", NULL, COLUMN_IS_NEW },
  { DIMENSION (""), "text", "text", "text", COLUMN_STAYS },
  { DIMENSION (""), "text", "varchar", "text", COLUMN_STAYS },
  { DIMENSION (""), "numeric", "bigint", "bigint", COLUMN_IS_CAST },
  { DIMENSION (""), "text", "numeric", "numeric", COLUMN_IS_CAST },
  { DIMENSION (""), "bigint", "numeric", "numeric", COLUMN_CANNOT },
  { DIMENSION (""), "text", "date", "date", COLUMN_CANNOT },
  { DIMENSION (""), "text", "money", "text", COLUMN_CANNOT },
  /* Nothing but NULL so far: any type will do. */
  { DIMENSION (""), "date", "text", NULL, COLUMN_IS_CAST },
  { DIMENSION (""), "bigint", "numeric", NULL, COLUMN_IS_CAST },
  { DIMENSION (""), "text", "money", NULL, COLUMN_IS_CAST },
  /* Texts become what the model declares, and only that. */
  { DIMENSION (C ("date")), "date", "text", "text", COLUMN_IS_CONVERTED },
  { DIMENSION (""), "date", "text", "text", COLUMN_CANNOT },
  { DIMENSION (C ("date")), "date", "bigint", "bigint", COLUMN_CANNOT },
  /* Rows that are known by their hash. */
  { BAG (""), "text", "bigint", "bigint", COLUMN_CANNOT },
  { BAG (""), "numeric", "bigint", "bigint", COLUMN_IS_CAST },
  { BAG (C ("date")), "date", "text", "text", COLUMN_CANNOT },
  { ROWS (""), "text", "bigint", "bigint", COLUMN_IS_CAST },
  { ROWS (C ("date")), "date", "text", "text", COLUMN_IS_CONVERTED },
};

static void
test_steps (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Catalog) catalog = test_catalog (test_model ("t", cases[i].model), NULL);
      g_autoptr (Pins) pins = pins_new ();
      if (cases[i].pinned != NULL)
        pins_set (pins, "c", types_find (cases[i].pinned), NULL);
      else
        pins_add (pins, "c");
      g_autoptr (Layout) layout = layout_known (catalog->models->pdata[0], catalog, pins, NULL);
      assert_non_null (layout);
      g_autoptr (GPtrArray) stored = stored_columns (cases[i].stored);
      const WantedColumn wanted = { "c", types_find (cases[i].wanted) };
      if (columns_step (layout, pins, &wanted, stored) != cases[i].step)
        fail_msg ("case %zu: step %d, expected %d", i, columns_step (layout, pins, &wanted, stored), cases[i].step);
    }
}

/* A key's texts stay: the ids are made of them. */
static void
test_a_key_is_not_converted (void **state)
{
  (void) state;
  g_autoptr (Catalog) catalog = test_catalog (test_model ("t", "{\"table\":\"t\",\"kind\":\"dimension\",\"business_key\":[\"c\"],"
                                                               "\"columns\":{\"c\":{\"type\":\"date\"}}}"),
                                              NULL);
  g_autoptr (Pins) pins = pins_new ();
  pins_set (pins, "c", types_find ("text"), NULL);
  g_autoptr (Layout) layout = layout_known (catalog->models->pdata[0], catalog, pins, NULL);
  g_autoptr (GPtrArray) stored = stored_columns ("text");
  const WantedColumn wanted = { "c", types_find ("date") };
  assert_int_equal (columns_step (layout, pins, &wanted, stored), COLUMN_CANNOT);
  g_autoptr (GError) error = NULL;
  assert_false (columns_refuse ("warehouse", layout, &wanted, stored->pdata[0], &error));
  assert_int_equal (weir_error_get_reason (error), REASON_TYPE_CHANGED);
  assert_string_equal (error->message, "column \"c\" of warehouse.t is text and cannot become date without loss");
}

static void
test_the_id (void **state)
{
  (void) state;
  g_autoptr (Model) model = test_model ("t", DIMENSION (""));
  g_autoptr (Model) bag = test_model ("t", BAG (""));
  g_autoptr (GPtrArray) stored = stored_columns ("uuid");
  g_autoptr (GError) error = NULL;
  assert_true (columns_check_id ("warehouse", bag, stored, NULL));
  assert_false (columns_check_id ("warehouse", model, stored, &error));
  assert_int_equal (weir_error_get_reason (error), REASON_KEY_CHANGED);
  ((StoredColumn *) stored->pdata[0])->name = model->id_column;
  assert_true (columns_check_id ("warehouse", model, stored, NULL));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_steps),
    cmocka_unit_test (test_a_key_is_not_converted),
    cmocka_unit_test (test_the_id),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
