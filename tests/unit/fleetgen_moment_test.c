#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tools/fleetgen/moment.h"

/* 2024-02-29 23:59:58.123456 UTC */
static const int64_t leap_ns = INT64_C(1709251198123456000);

static void assert_form(int64_t time_ns, enum sift_gen_time_form form, const char *expected) {
  struct sift_gen_text text;
  struct sift_gen_day day = {0};
  sift_gen_text_init(&text);
  sift_gen_time_put(&text, &day, time_ns, form);
  sift_gen_text_put(&text, "", 1);
  assert_string_equal(text.bytes, expected);
  sift_gen_text_release(&text);
}

static void every_form_is_written_as_its_programs_do(void **state) {
  (void)state;
  const char *const expected[SIFT_GEN_TIMES] = {"2024-02-29 23:59:58",
                                                "2024-02-29 23:59:58,123",
                                                "2024-02-29 23:59:58.123",
                                                "2024-02-29T23:59:58.123Z",
                                                "2024-02-29T23:59:58.123456Z",
                                                "2024-02-29T23:59:58Z",
                                                "23:59:58",
                                                "29/Feb/2024:23:59:58 +0000",
                                                "2024/02/29 23:59:58",
                                                "1709251198.123",
                                                "2024-02-29T23_59_58_123Z"};
  for (int form = 0; form < SIFT_GEN_TIMES; form++) {
    assert_form(leap_ns, (enum sift_gen_time_form)form, expected[form]);
  }
}

static void the_kept_day_gives_way_at_midnight(void **state) {
  (void)state;
  struct sift_gen_text text;
  struct sift_gen_day day = {0};
  sift_gen_text_init(&text);
  sift_gen_time_put(&text, &day, leap_ns, SIFT_GEN_TIME);
  sift_gen_time_put(&text, &day, leap_ns + INT64_C(2000000000), SIFT_GEN_TIME);
  sift_gen_text_put(&text, "", 1);
  assert_string_equal(text.bytes, "2024-02-29 23:59:582024-03-01 00:00:00");
  sift_gen_text_release(&text);
}

static void the_first_second_of_all_is_written(void **state) {
  (void)state;
  assert_form(0, SIFT_GEN_TIME_SECOND, "1970-01-01T00:00:00Z");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_form_is_written_as_its_programs_do),
      cmocka_unit_test(the_kept_day_gives_way_at_midnight),
      cmocka_unit_test(the_first_second_of_all_is_written),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
