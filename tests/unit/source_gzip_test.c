#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <isa-l/igzip_lib.h>
#include <stdlib.h>

#include "source_support.h"

enum { TEXT_BYTES = 300000, ROOM_BYTES = 1 << 20 };

static char text[TEXT_BYTES];
static char file[ROOM_BYTES];

static int make_text(void **state) {
  (void)state;
  unsigned seed = 5;
  for (size_t i = 0; i < sizeof text; i++) {
    text[i] = i % 61 == 0 ? '\n' : (char)('a' + rand_r(&seed) % 20);
  }
  return 0;
}

/* Appends a member, with a name, an extra field and a header checksum where `adorned`. */
static size_t member(size_t at, const char *bytes, size_t len, bool adorned) {
  static struct isal_zstream stream;
  isal_deflate_init(&stream);
  stream.end_of_stream = 1;
  stream.next_in = (uint8_t *)(uintptr_t)bytes;
  stream.avail_in = (uint32_t)len;
  stream.next_out = (uint8_t *)file + at;
  stream.avail_out = (uint32_t)(sizeof file - at);
  stream.gzip_flag = adorned ? IGZIP_GZIP_NO_HDR : IGZIP_GZIP;
  if (adorned) {
    struct isal_gzip_header header;
    isal_gzip_header_init(&header);
    header.name = (char *)(uintptr_t) "shard.log";
    header.name_buf_len = 10;
    header.comment = (char *)(uintptr_t) "a comment";
    header.comment_buf_len = 10;
    header.extra = (uint8_t *)(uintptr_t) "BC\2\0\0\0";
    header.extra_len = 6;
    header.hcrc = 1;
    assert_int_equal(isal_write_gzip_header(&stream, &header), 0);
  }
  assert_int_equal(isal_deflate(&stream), COMP_OK);
  return sizeof file - stream.avail_out;
}

static void members_follow_each_other(void **state) {
  (void)state;
  size_t len = member(0, text, 1000, false);
  len = member(len, "", 0, false);
  len = member(len, text + 1000, TEXT_BYTES - 1000, false);
  expect_drain(file, len, text, TEXT_BYTES, SIFT_END, SIFT_REASONS);
}

static void names_comments_extras_and_header_checksums_are_passed_over(void **state) {
  (void)state;
  size_t len = member(0, text, 5000, true);
  len = member(len, text + 5000, 5000, true);
  expect_drain(file, len, text, 10000, SIFT_END, SIFT_REASONS);
}

static void a_wrong_header_checksum_is_corrupt(void **state) {
  (void)state;
  size_t len = member(0, text, 5000, true);
  char *name = memchr(file, 's', 64); /* "shard.log" */
  assert_non_null(name);
  *name = 'S';
  expect_drain(file, len, "", 0, SIFT_ECORRUPT, SIFT_REASON_CORRUPT);
}

static void zeros_behind_the_last_member_are_padding(void **state) {
  (void)state;
  size_t len = member(0, text, 5000, false);
  memset(file + len, 0, 1000);
  expect_drain(file, len + 1000, text, 5000, SIFT_END, SIFT_REASONS);
  file[len + 999] = 'x';
  expect_drain(file, len + 1000, text, 5000, SIFT_ECORRUPT, SIFT_REASON_TRAILING_BYTES);
}

static void something_else_behind_a_member_is_trailing_bytes(void **state) {
  (void)state;
  size_t len = member(0, text, 5000, false);
  memcpy(file + len, "garbage", 7);
  expect_drain(file, len + 7, text, 5000, SIFT_ECORRUPT, SIFT_REASON_TRAILING_BYTES);
  expect_drain(file, len + 1, text, 5000, SIFT_ECORRUPT, SIFT_REASON_TRAILING_BYTES);
}

static void a_cut_file_gives_what_came_before_and_is_truncated(void **state) {
  (void)state;
  size_t first = member(0, text, 5000, true);
  size_t len = member(first, text + 5000, 5000, true);
  for (size_t cut = first + 2; cut < len; cut++) {
    struct drained out = drain(file, cut, cut % 3 == 0 ? 0 : 100, 1 << 16);
    assert_int_equal(out.status, SIFT_ETRUNCATED);
    assert_int_equal(out.reason, SIFT_REASON_TRUNCATED);
    assert_true(out.len >= 5000);
    assert_memory_equal(out.bytes, text, out.len);
    drained_free(&out);
  }
}

static void a_flipped_bit_is_corrupt_and_never_passes_unseen(void **state) {
  (void)state;
  size_t first = member(0, text, 5000, false);
  size_t len = member(first, text + 5000, 5000, false);
  for (size_t at = first + 10; at < len; at += 13) {
    file[at] ^= 0x10;
    struct drained out = drain(file, len, 0, 1 << 16);
    assert_true(out.status < 0);
    assert_true(out.len >= 5000);
    assert_memory_equal(out.bytes, text, 5000);
    drained_free(&out);
    file[at] ^= 0x10;
  }
}

static void a_wrong_length_at_the_end_is_corrupt(void **state) {
  (void)state;
  size_t len = member(0, text, 5000, false);
  file[len - 1] ^= 1;
  struct drained out = drain(file, len, 0, 1 << 16);
  assert_int_equal(out.reason, SIFT_REASON_CORRUPT);
  drained_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(members_follow_each_other),
      cmocka_unit_test(names_comments_extras_and_header_checksums_are_passed_over),
      cmocka_unit_test(a_wrong_header_checksum_is_corrupt),
      cmocka_unit_test(zeros_behind_the_last_member_are_padding),
      cmocka_unit_test(something_else_behind_a_member_is_trailing_bytes),
      cmocka_unit_test(a_cut_file_gives_what_came_before_and_is_truncated),
      cmocka_unit_test(a_flipped_bit_is_corrupt_and_never_passes_unseen),
      cmocka_unit_test(a_wrong_length_at_the_end_is_corrupt),
  };
  return cmocka_run_group_tests(tests, make_text, NULL);
}
