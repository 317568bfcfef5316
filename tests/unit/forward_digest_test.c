#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ingest/serve/forward_digest.h"

/* FIPS 180-2, appendix C.1. */
static const char abc[] = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                          "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";

static void parts_count_as_if_written_together(void **state) {
  (void)state;
  char digest[SIFT_DIGEST_HEX_BYTES];
  const struct sift_span whole[] = {{"abc", 3}};
  assert_int_equal(sift_forward_digest(whole, 1, digest), SIFT_OK);
  assert_memory_equal(digest, abc, sizeof digest);
  const struct sift_span parts[] = {{"a", 1}, {NULL, 0}, {"bc", 2}, {"", 0}};
  assert_int_equal(sift_forward_digest(parts, 4, digest), SIFT_OK);
  assert_memory_equal(digest, abc, sizeof digest);
}

static void only_the_very_digits_are_equal(void **state) {
  (void)state;
  char other[SIFT_DIGEST_HEX_BYTES + 1];
  assert_true(sift_forward_digest_equal(abc, sift_span(abc, SIFT_DIGEST_HEX_BYTES)));
  for (size_t i = 0; i < SIFT_DIGEST_HEX_BYTES; i++) {
    memcpy(other, abc, sizeof other);
    other[i] ^= 0x20; /* the other case of a letter, too */
    assert_false(sift_forward_digest_equal(abc, sift_span(other, SIFT_DIGEST_HEX_BYTES)));
    assert_false(sift_forward_digest_equal(abc, sift_span(abc, i)));
  }
  memcpy(other, abc, sizeof other);
  assert_false(sift_forward_digest_equal(abc, sift_span(other, sizeof other)));
}

static void digits_are_lower_case(void **state) {
  (void)state;
  char out[8];
  sift_forward_hex((const unsigned char *)"\x00\x9F\xAB\xFF", 4, out);
  assert_memory_equal(out, "009fabff", 8);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(parts_count_as_if_written_together),
      cmocka_unit_test(only_the_very_digits_are_equal),
      cmocka_unit_test(digits_are_lower_case),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
