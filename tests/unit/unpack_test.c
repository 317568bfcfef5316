#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "engine/pack.h"
#include "engine/unpack.h"

#define CURSOR(bytes) sift_cursor(sift_span(bytes, sizeof(bytes) - 1))

/* The first `len` bytes in memory of their own, so that a sanitizer sees a read past them. */
static struct sift_cursor guarded(const char *bytes, size_t len, char **owned) {
  *owned = malloc(len > 0 ? len : 1);
  assert_non_null(*owned);
  memcpy(*owned, bytes, len);
  return sift_cursor(sift_span(*owned, len));
}

static void numbers_come_back_in_every_width(void **state) {
  (void)state;
  char bytes[SIFT_PACK_MAX + 16] = {0};
  for (unsigned bit = 0; bit < 64; bit++) {
    for (uint64_t around = 0; around < 3; around++) {
      uint64_t value = (UINT64_C(1) << bit) + around - 1;
      size_t len = (size_t)(sift_put_unsigned(bytes, value) - bytes);
      for (size_t room = len; room < sizeof bytes; room += sizeof bytes - len - 1) { /* the slow way and the fast one */
        struct sift_cursor cursor = sift_cursor(sift_span(bytes, room));
        assert_true(sift_take_unsigned(&cursor) == value);
        assert_ptr_equal(cursor.at, bytes + len);
      }
      len = (size_t)(sift_put_signed(bytes, (int64_t)value) - bytes);
      struct sift_cursor cursor = sift_cursor(sift_span(bytes, len));
      assert_true(sift_take_signed(&cursor) == (int64_t)value);
      assert_int_equal(cursor.fault, SIFT_FAULT_NONE);
    }
  }
}

static void a_dash_reads_what_a_cursor_reads(void **state) {
  (void)state;
  for (unsigned bit = 0; bit < 64; bit++) {
    for (uint64_t around = 0; around < 3; around++) {
      char bytes[2 * SIFT_DASH_MAX] = {0};
      uint64_t value = (UINT64_C(1) << bit) + around - 1;
      size_t len = (size_t)(sift_put_unsigned(bytes, value) - bytes);
      struct sift_dash dash = {.at = bytes, .good = true};
      assert_true(sift_dash_unsigned(&dash) == value);
      assert_ptr_equal(dash.at, bytes + len);
      assert_true(dash.good);
    }
  }
}

/* Whatever stands there, it takes no more bytes than it may. */
static void a_dash_falls_over_anything_but_a_number(void **state) {
  (void)state;
  for (unsigned head = 0; head < 256; head++) {
    char *owned = NULL;
    const char bytes[SIFT_DASH_MAX] = {(char)(unsigned char)head, 1, 2, 3, 4, 5, 6, 7, 8};
    struct sift_cursor cursor = guarded(bytes, sizeof bytes, &owned);
    struct sift_dash dash = {.at = owned, .good = true};
    uint64_t value = sift_dash_unsigned(&dash);
    uint64_t expected = sift_take_unsigned(&cursor);
    assert_int_equal(dash.good, cursor.fault == SIFT_FAULT_NONE);
    assert_true(!dash.good || (value == expected && dash.at == cursor.at));
    assert_true(dash.at <= owned + sizeof bytes);
    dash = (struct sift_dash){.at = owned, .good = true};
    assert_int_equal(sift_dash_is(&dash, 0xC0), head == 0xC0);
    assert_ptr_equal(dash.at, owned + (head == 0xC0));
    free(owned);
  }
}

static void short_signed_forms_of_other_encoders_are_read(void **state) {
  (void)state;
  struct sift_cursor cursor = CURSOR("\xFF\xE0\xD0\x80\xD1\x80\x00\xD2\x80\x00\x00\x00\xD0\x05");
  assert_int_equal(sift_take_signed(&cursor), -1);
  assert_int_equal(sift_take_signed(&cursor), -32);
  assert_int_equal(sift_take_signed(&cursor), INT8_MIN);
  assert_int_equal(sift_take_signed(&cursor), INT16_MIN);
  assert_int_equal(sift_take_signed(&cursor), INT32_MIN);
  assert_int_equal(sift_take_signed(&cursor), 5);
  assert_int_equal(cursor.fault, SIFT_FAULT_NONE);
  cursor = CURSOR("\xCF\x80\x00\x00\x00\x00\x00\x00\x00");
  sift_take_signed(&cursor);
  assert_int_equal(cursor.fault, SIFT_FAULT_BAD);
}

static void text_is_taken_up_to_its_limit_from_every_head(void **state) {
  (void)state;
  const char *const heads[] = {"\xA3",     "\xD9\x03",     "\xDA\x00\x03",        "\xDB\x00\x00\x00\x03",
                               "\xC4\x03", "\xC5\x00\x03", "\xC6\x00\x00\x00\x03"};
  const size_t lens[] = {1, 2, 3, 5, 2, 3, 5};
  for (size_t i = 0; i < 7; i++) {
    char bytes[16];
    memcpy(bytes, heads[i], lens[i]);
    memcpy(bytes + lens[i], "abc", 3);
    char *owned;
    struct sift_cursor cursor = guarded(bytes, lens[i] + 3, &owned);
    struct sift_cursor limited = cursor;
    assert_true(sift_span_equal(sift_take_text(&cursor, 3), sift_span_of("abc")));
    assert_ptr_equal(cursor.at, cursor.end);
    sift_take_text(&limited, 2);
    assert_int_equal(limited.fault, SIFT_FAULT_BAD);
    free(owned);
  }
}

/* One object of each kind, and what takes it. */
static void take_all(struct sift_cursor *cursor) {
  sift_take_unsigned(cursor);
  sift_take_signed(cursor);
  sift_take_bool(cursor);
  sift_cursor_expect(cursor, cursor->fault != SIFT_FAULT_NONE || cursor->at == cursor->end || sift_take_nil(cursor));
  sift_take_array(cursor, 3);
  sift_take_map(cursor, 1);
  sift_take_text(cursor, 300);
  sift_take_key(cursor, "key");
  sift_take_time(cursor);
  sift_take_time(cursor);
  sift_take_time(cursor);
  sift_take_any(cursor);
}

static void every_prefix_is_short_and_nothing_is_read_past_it(void **state) {
  (void)state;
  char bytes[1024];
  char *at = sift_put_signed(sift_put_unsigned(bytes, 70000), INT64_MIN);
  at = sift_put_map(sift_put_array(sift_put_nil(sift_put_bool(at, true)), 3), 1);
  char text[260];
  memset(text, 'x', sizeof text);
  at = sift_put_str(sift_put_str(at, sift_span(text, sizeof text)), sift_span_of("key"));
  at = sift_put_time(sift_put_time(sift_put_time(at, 1000000000), 1000000001), -1);
  at = sift_put_str(sift_put_map(sift_put_array(at, 2), 1), sift_span_of("in"));
  at = sift_put_unsigned(sift_put_unsigned(at, 5), 300);
  size_t len = (size_t)(at - bytes);
  for (size_t part = 0; part <= len; part++) {
    char *owned;
    struct sift_cursor cursor = guarded(bytes, part, &owned);
    take_all(&cursor);
    assert_int_equal(cursor.fault, part == len ? SIFT_FAULT_NONE : SIFT_FAULT_SHORT);
    assert_ptr_equal(cursor.at, cursor.end);
    free(owned);
  }
}

static void the_first_fault_stays(void **state) {
  (void)state;
  struct sift_cursor cursor = CURSOR("\xC0\x01\x02");
  assert_int_equal(sift_take_unsigned(&cursor), 0);
  assert_int_equal(cursor.fault, SIFT_FAULT_BAD);
  assert_int_equal(sift_take_unsigned(&cursor), 0);
  assert_int_equal(cursor.fault, SIFT_FAULT_BAD);
  cursor = CURSOR("\xCD\x01");
  assert_int_equal(sift_take_unsigned(&cursor), 0);
  sift_cursor_expect(&cursor, false);
  assert_int_equal(cursor.fault, SIFT_FAULT_SHORT);
}

static void counts_are_held_against_the_limit_and_the_bytes_left(void **state) {
  (void)state;
  struct sift_cursor cursor = CURSOR("\xDD\xFF\xFF\xFF\xFF\x01\x02");
  struct sift_cursor same = cursor;
  assert_int_equal(sift_take_array(&cursor, UINT32_MAX), 0);
  assert_int_equal(cursor.fault, SIFT_FAULT_SHORT);
  assert_int_equal(sift_take_array(&same, 1000), 0);
  assert_int_equal(same.fault, SIFT_FAULT_BAD);
  cursor = CURSOR("\xDF\x80\x00\x00\x00\x01\x02");
  assert_int_equal(sift_take_map(&cursor, UINT32_MAX), 0);
  assert_int_equal(cursor.fault, SIFT_FAULT_SHORT);
  cursor = CURSOR("\xDC\x00\x02\x01");
  assert_int_equal(sift_take_long_array(&cursor, 2), 2);
  assert_int_equal(cursor.fault, SIFT_FAULT_NONE);
  cursor = CURSOR("\x95\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01");
  assert_int_equal(sift_take_array(&cursor, 4), 0);
  assert_int_equal(cursor.fault, SIFT_FAULT_BAD);
}

static void times_that_64_bits_cannot_hold_are_bad(void **state) {
  (void)state;
  const int64_t times[] = {0, -1, 1769854830123456789, INT64_MAX, INT64_MIN + 1};
  char bytes[SIFT_PACK_MAX];
  for (size_t i = 0; i < 5; i++) {
    struct sift_cursor cursor = sift_cursor(sift_span(bytes, (size_t)(sift_put_time(bytes, times[i]) - bytes)));
    assert_true(sift_take_time(&cursor) == times[i]);
    assert_int_equal(cursor.fault, SIFT_FAULT_NONE);
  }
  struct sift_cursor nil = CURSOR("\xC0");
  assert_true(sift_take_time(&nil) == INT64_MIN);
  struct sift_cursor bad[] = {CURSOR("\xC7\x0C\xFF\x00\x00\x00\x00\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"),
                              CURSOR("\xD7\xFF\xFF\xFF\xFF\xFF\x00\x00\x00\x00"), CURSOR("\xD6\x00\x00\x00\x00\x00"),
                              CURSOR("\xC7\x05\xFF\x00\x00\x00\x00\x00"), CURSOR("\x05")};
  for (size_t i = 0; i < 5; i++) {
    assert_true(sift_take_time(&bad[i]) == INT64_MIN);
    assert_int_equal(bad[i].fault, SIFT_FAULT_BAD);
  }
}

static void any_object_is_skipped_however_deep(void **state) {
  (void)state;
  char deep[200001];
  memset(deep, 0x91, sizeof deep);
  deep[sizeof deep - 1] = 0;
  struct sift_cursor cursor = sift_cursor(sift_span(deep, sizeof deep));
  sift_take_any(&cursor);
  assert_int_equal(cursor.fault, SIFT_FAULT_NONE);
  assert_ptr_equal(cursor.at, cursor.end);
  struct sift_cursor kinds =
      CURSOR("\xDC\x00\x0C\xC0\xC2\xCB\x01\x02\x03\x04\x05\x06\x07\x08\xCA\x01\x02\x03\x04\xD3\x01\x02\x03\x04\x05\x06\x07\x08"
             "\xD8\x01\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03\x04\x05\x06\x07\x08\xC8\x00\x02\x05\x01\x02"
             "\xC5\x00\x01x\xD9\x01y\xDE\x00\x01\x01\x02\x81\x01\x02\xA1z\x07");
  sift_take_any(&kinds);
  assert_int_equal(kinds.fault, SIFT_FAULT_NONE);
  assert_int_equal(kinds.end - kinds.at, 1);
  struct sift_cursor bad = CURSOR("\x91\xC1");
  sift_take_any(&bad);
  assert_int_equal(bad.fault, SIFT_FAULT_BAD);
  struct sift_cursor absurd = CURSOR("\xDF\xFF\xFF\xFF\xFF\x01");
  sift_take_any(&absurd);
  assert_int_equal(absurd.fault, SIFT_FAULT_SHORT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_come_back_in_every_width),
      cmocka_unit_test(a_dash_reads_what_a_cursor_reads),
      cmocka_unit_test(a_dash_falls_over_anything_but_a_number),
      cmocka_unit_test(short_signed_forms_of_other_encoders_are_read),
      cmocka_unit_test(text_is_taken_up_to_its_limit_from_every_head),
      cmocka_unit_test(every_prefix_is_short_and_nothing_is_read_past_it),
      cmocka_unit_test(the_first_fault_stays),
      cmocka_unit_test(counts_are_held_against_the_limit_and_the_bytes_left),
      cmocka_unit_test(times_that_64_bits_cannot_hold_are_bad),
      cmocka_unit_test(any_object_is_skipped_however_deep),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
