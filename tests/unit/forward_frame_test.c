#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/serve/forward_frame.h"

enum { LIMIT = 1 << 20 };

static enum sift_frame_state find(struct sift_forward_frame *frame, const char *bytes, size_t len, size_t limit) {
  return sift_forward_frame_find(frame, bytes, len, limit);
}

/* Of memory of its own, so that a sanitizer sees a look past the end. */
static enum sift_frame_state find_guarded(struct sift_forward_frame *frame, const char *bytes, size_t len) {
  char *owned = malloc(len);
  assert_non_null(owned);
  memcpy(owned, bytes, len);
  enum sift_frame_state state = find(frame, owned, len, LIMIT);
  free(owned);
  return state;
}

/* Every kind of object, and every width of counts. */
static const char all_kinds[] =
    "\xDC\x00\x05" /* five parts */
    "\xA3tag"
    "\xDC\x00\x0D\xC0\xC2\xCB\x01\x02\x03\x04\x05\x06\x07\x08\xCA\x01\x02\x03\x04\xD3\x01\x02\x03\x04\x05\x06\x07\x08"
    "\xD8\x01\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03\x04\x05\x06\x07\x08\xC8\x00\x02\x05\x01\x02"
    "\xC5\x00\x01x\xD9\x01y\xDE\x00\x01\x01\x02\x81\x01\x02\xA1z\xE0"
    "\xDD\x00\x00\x00\x01\xDF\x00\x00\x00\x01\xDB\x00\x00\x00\x01k\xC6\x00\x00\x00\x01v"
    "\x90"
    "\xC7\x03\x00"
    "abc";

static void the_end_is_found_however_the_bytes_are_cut(void **state) {
  (void)state;
  size_t len = sizeof all_kinds - 1;
  for (size_t step = 1; step <= len; step++) {
    struct sift_forward_frame frame = {0};
    enum sift_frame_state found = SIFT_FRAME_MORE;
    for (size_t at = 0; at < len && found == SIFT_FRAME_MORE;) {
      at = at + step < len ? at + step : len;
      found = find_guarded(&frame, all_kinds, at);
      assert_int_equal(found, at == len ? SIFT_FRAME_WHOLE : SIFT_FRAME_MORE);
    }
    assert_int_equal(frame.looked, len);
    assert_int_equal(frame.parts, 5);
  }
}

static void bytes_behind_the_end_are_the_next_message(void **state) {
  (void)state;
  struct sift_forward_frame frame = {0};
  assert_int_equal(find(&frame, "\x92\x01\x02\xC1\xC1", 5, LIMIT), SIFT_FRAME_WHOLE);
  assert_int_equal(frame.looked, 3);
  struct sift_forward_frame empty = {0};
  assert_int_equal(find(&empty, "\x90\xC1", 2, LIMIT), SIFT_FRAME_WHOLE);
  assert_int_equal(empty.looked, 1);
  struct sift_forward_frame nil = {0};
  assert_int_equal(find(&nil, "\xC0\xC1", 2, LIMIT), SIFT_FRAME_WHOLE);
  assert_int_equal(nil.looked, 1);
  assert_int_equal(nil.parts, 0);
}

static void parts_stand_where_they_begin(void **state) {
  (void)state;
  struct sift_forward_frame frame = {0};
  assert_int_equal(find(&frame, all_kinds, sizeof all_kinds - 1, LIMIT), SIFT_FRAME_WHOLE);
  assert_int_equal(frame.begun, 6);
  assert_int_equal(frame.part_at[0], 3);
  assert_int_equal(frame.part_at[1], 7);
  assert_int_equal((unsigned char)all_kinds[frame.part_at[2]], 0xDD);
  assert_int_equal((unsigned char)all_kinds[frame.part_at[3]], 0x90);
  assert_int_equal(frame.part_at[4], frame.part_at[3] + 1);
  assert_int_equal(frame.part_at[5], sizeof all_kinds - 1);
}

static void only_the_first_parts_are_remembered(void **state) {
  (void)state;
  struct sift_forward_frame frame = {0};
  assert_int_equal(find(&frame, "\x99\x01\x02\x03\x04\x05\x06\x07\x08\x09", 10, LIMIT), SIFT_FRAME_WHOLE);
  assert_int_equal(frame.parts, 9);
  assert_int_equal(frame.begun, SIFT_FORWARD_PARTS_MAX + 1);
  assert_int_equal(frame.part_at[SIFT_FORWARD_PARTS_MAX], 7);
}

static void what_begins_no_message_is_told_by_its_first_byte(void **state) {
  (void)state;
  for (unsigned first = 0; first < 256; first++) {
    char byte = (char)(unsigned char)first;
    struct sift_forward_frame frame = {0};
    enum sift_frame_state found = find_guarded(&frame, &byte, 1);
    if (first == '{' || first == '[') {
      assert_int_equal(found, SIFT_FRAME_JSON);
    } else if (first == 0xC0 || first == 0x90) {
      assert_int_equal(found, SIFT_FRAME_WHOLE);
    } else {
      bool is_array = (first & 0xF0) == 0x90 || first == 0xDC || first == 0xDD;
      assert_int_equal(found, is_array ? SIFT_FRAME_MORE : SIFT_FRAME_BAD);
    }
  }
}

static void a_length_that_the_limit_cannot_hold_is_too_long_before_it_comes(void **state) {
  (void)state;
  const struct {
    const char *bytes;
    size_t len;
  } cases[] = {{"\xDD\xFF\xFF\xFF\xFF", 5},
               {"\x91\xDB\xFF\xFF\xFF\xFF", 6},
               {"\x91\xC9\xFF\xFF\xFF\xFF", 6},
               {"\x91\xDF\xFF\xFF\xFF\xFF", 6},
               {"\x91\xDF\x00\x08\x00\x00", 6}};
  for (size_t i = 0; i < 5; i++) {
    struct sift_forward_frame frame = {0};
    assert_int_equal(find(&frame, cases[i].bytes, cases[i].len, LIMIT), SIFT_FRAME_TOO_LONG);
  }
  struct sift_forward_frame fits = {0};
  assert_int_equal(find(&fits, "\x91\xC5\x00\x04", 4, 8), SIFT_FRAME_MORE);
  struct sift_forward_frame over = {0};
  assert_int_equal(find(&over, "\x91\xC5\x00\x05", 4, 8), SIFT_FRAME_TOO_LONG);
}

static void a_byte_that_is_no_object_is_bad(void **state) {
  (void)state;
  struct sift_forward_frame frame = {0};
  assert_int_equal(find(&frame, "\x92\x01\xC1", 3, LIMIT), SIFT_FRAME_BAD);
}

/* Work is counted in bytes given, not in heads: a head that was looked at is not looked at again. */
static void heads_are_looked_at_once(void **state) {
  (void)state;
  enum { ITEMS = 60000 };
  static char bytes[ITEMS + 3] = "\xDC\xEA\x60";
  struct sift_forward_frame frame = {0};
  for (size_t len = 1; len < sizeof bytes; len++) {
    assert_int_equal(find(&frame, bytes, len, LIMIT), SIFT_FRAME_MORE);
    assert_int_equal(frame.looked, len < 3 ? 0 : len);
    if (len > 3) {
      bytes[len - 1] = (char)0xC1; /* nobody looks there again */
    }
  }
  assert_int_equal(find(&frame, bytes, sizeof bytes, LIMIT), SIFT_FRAME_WHOLE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_end_is_found_however_the_bytes_are_cut),
      cmocka_unit_test(bytes_behind_the_end_are_the_next_message),
      cmocka_unit_test(parts_stand_where_they_begin),
      cmocka_unit_test(only_the_first_parts_are_remembered),
      cmocka_unit_test(what_begins_no_message_is_told_by_its_first_byte),
      cmocka_unit_test(a_length_that_the_limit_cannot_hold_is_too_long_before_it_comes),
      cmocka_unit_test(a_byte_that_is_no_object_is_bad),
      cmocka_unit_test(heads_are_looked_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
