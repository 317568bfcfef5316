#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "forward_support.h"
#include "ingest/serve/forward_fields.h"

struct lookup {
  struct sift_origin *origin;
  struct sift_forward_fields *fields;
  struct sift_forward_values values;
  size_t count;
};

/* Variables in the order of the text template. */
static void look_up(struct lookup *lookup, const char *names, struct sift_span record) {
  char error[256];
  assert_int_equal(sift_origin_new(&lookup->origin, SIFT_PROTOCOL_FORWARD, "", "", "", names, error, sizeof error), SIFT_OK);
  const struct sift_variable *variables = sift_origin_variables(lookup->origin, &lookup->count);
  assert_int_equal(sift_forward_fields_new(&lookup->fields, variables, lookup->count), SIFT_OK);
  char *owned = malloc(record.len); /* so that a sanitizer sees what reads on */
  assert_non_null(owned);
  memcpy(owned, record.data, record.len);
  struct sift_cursor cursor = sift_cursor(sift_span(owned, record.len));
  memset(&lookup->values, 0, sizeof lookup->values);
  sift_forward_fields_take(lookup->fields, &cursor, &lookup->values);
  assert_int_equal(cursor.fault, SIFT_FAULT_NONE);
  assert_ptr_equal(cursor.at, cursor.end);
  static char joined[600];
  char *at = joined;
  for (size_t i = 0; i < lookup->count; i++) {
    struct sift_span value = lookup->values.at[i];
    assert_int_equal((lookup->values.found >> i & 1) != 0, value.data != NULL);
    at += snprintf(at, (size_t)(joined + sizeof joined - at), "%.*s;", value.data != NULL ? (int)value.len : 1,
                   value.data != NULL ? value.data : "-");
  }
  lookup->values.at[0] = sift_span_of(joined);
  free(owned);
  sift_forward_fields_free(lookup->fields);
  sift_origin_free(lookup->origin);
}

static void expect(const char *names, struct sift_span record, const char *values) {
  struct lookup lookup;
  look_up(&lookup, names, record);
  assert_string_equal(lookup.values.at[0].data, values);
}

static void paths_go_through_nested_maps(void **state) {
  (void)state;
  expect("{a}{k.l.s}{k.n}{k.l.x}",
         BYTES("\x84\xA1z\x93\x01\x02\xA1q\xA1k\x83\xA1m\x80\xA1l\x82\xA1t\xC0\xA1s\xA3o/n\xA1n\xC4\x02"
               "bi\xA1"
               "a\xA1v\x05\xA1v"),
         "v;o/n;bi;-;");
}

static void a_path_may_end_where_another_goes_on(void **state) {
  (void)state;
  expect("{a}{a.b}",
         BYTES("\x81\xA1"
               "a\x81\xA1"
               "b\xA1v"),
         "-;v;");
  expect("{a}{a.b}",
         BYTES("\x81\xA1"
               "a\xA1v"),
         "v;-;");
}

static void of_two_keys_alike_the_first_counts(void **state) {
  (void)state;
  expect("{a}{k.b}",
         BYTES("\x84\xA1"
               "a\xA1"
               "1\xA1k\x81\xA1"
               "b\xA1"
               "3\xA1"
               "a\xA1"
               "2\xA1k\x81\xA1"
               "b\xA1"
               "4"),
         "1;3;");
}

static void numbers_and_booleans_are_text(void **state) {
  (void)state;
  expect("{a}{b}{c}{d}{e}{f}{g}",
         BYTES("\x87\xA1"
               "a\xCF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xA1"
               "b\xD3\x80\x00\x00\x00\x00\x00\x00\x00\xA1"
               "c\xC3\xA1"
               "d\xC2"
               "\xA1"
               "e\xCB\x41\xDA\x5F\x75\xC7\xA0\x00\x00\xA1"
               "f\xCA\x3D\xCC\xCC\xCD\xA1g\xD7\x00\x69\x7D\xD7\x1E\x00\x00\x00\x05"),
         "18446744073709551615;-9223372036854775808;true;false;1769854750.5;0.1;1769854750.000000005;");
}

static void nil_arrays_maps_and_extensions_are_absent_and_empty_text_is_not(void **state) {
  (void)state;
  expect("{a}{b}{c}{d}{e}",
         BYTES("\x85\xA1"
               "a\xC0\xA1"
               "b\x91\xA1x\xA1"
               "c\x81\x01\x02\xA1"
               "d\xD4\x05\x01\xA1"
               "e\xA0"),
         "-;-;-;-;;");
}

static void keys_that_are_no_text_are_passed_over(void **state) {
  (void)state;
  expect("{a}",
         BYTES("\x85\x01\x02\xC0\xA1y\x91\x01\x80\xC4\x01"
               "a\xA1v\x81\xA1"
               "a\x01\xA1"
               "a"),
         "v;");
}

static void long_names_and_values_are_found(void **state) {
  (void)state;
  char names[140] = "{";
  char record[1200];
  memset(names + 1, 'n', 120);
  memcpy(names + 121, "}", 2);
  char text[700];
  memset(text, 't', sizeof text);
  char *at = sift_put_map(record, 2);
  at = sift_put_unsigned(sift_put_str(at, sift_span(names + 1, 119)), 1);
  at = sift_put_str(sift_put_str(at, sift_span(names + 1, 120)), sift_span(text, 500));
  text[500] = ';';
  text[501] = '\0';
  expect(names, sift_span(record, (size_t)(at - record)), text);
}

static void a_map_cut_anywhere_is_a_fault(void **state) {
  (void)state;
  static const char record[] = "\x83\xA1k\x81\xA1l\xA1v\xA1"
                               "a\xCB\x41\xDA\x5F\x75\xC7\xA0\x00\x00\x01\x91\x02";
  char error[256];
  struct lookup lookup;
  assert_int_equal(sift_origin_new(&lookup.origin, SIFT_PROTOCOL_FORWARD, "", "", "", "{k.l}{a}", error, sizeof error), SIFT_OK);
  const struct sift_variable *variables = sift_origin_variables(lookup.origin, &lookup.count);
  assert_int_equal(sift_forward_fields_new(&lookup.fields, variables, lookup.count), SIFT_OK);
  for (size_t len = 0; len < sizeof record - 1; len++) {
    char *owned = malloc(len + 1);
    assert_non_null(owned);
    memcpy(owned, record, len);
    struct sift_cursor cursor = sift_cursor(sift_span(owned, len));
    sift_forward_fields_take(lookup.fields, &cursor, &lookup.values);
    assert_int_equal(cursor.fault, SIFT_FAULT_SHORT);
    free(owned);
  }
  sift_forward_fields_free(lookup.fields);
  sift_origin_free(lookup.origin);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(paths_go_through_nested_maps),
      cmocka_unit_test(a_path_may_end_where_another_goes_on),
      cmocka_unit_test(of_two_keys_alike_the_first_counts),
      cmocka_unit_test(numbers_and_booleans_are_text),
      cmocka_unit_test(nil_arrays_maps_and_extensions_are_absent_and_empty_text_is_not),
      cmocka_unit_test(keys_that_are_no_text_are_passed_over),
      cmocka_unit_test(long_names_and_values_are_found),
      cmocka_unit_test(a_map_cut_anywhere_is_a_fault),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
