#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/serve/recall.h"

static void streams_come_back_as_they_were(void **state) {
  static const size_t lengths[] = {0, 1, 31, 255, 256, 65535, 65536, 200000};
  (void)state;
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    struct sift_pack pack = {0};
    struct sift_span back = {NULL, 0};
    char *bytes = malloc(lengths[i] + 1);
    memset(bytes, 0xC1, lengths[i] + 1); /* what msgpack never is */
    assert_int_equal(sift_recall_write(&pack, sift_span(bytes, lengths[i])), SIFT_OK);
    assert_int_equal(sift_recall_read(sift_span(pack.bytes, pack.len), &back), SIFT_OK);
    assert_int_equal(back.len, lengths[i]);
    assert_memory_equal(back.data, bytes, lengths[i]);
    free(bytes);
    sift_pack_release(&pack);
  }
}

static void what_is_none_is_refused(void **state) {
  struct sift_pack pack = {0};
  struct sift_span back = {NULL, 0};
  (void)state;
  assert_int_equal(sift_recall_write(&pack, sift_span_of("what is remembered")), SIFT_OK);
  for (size_t len = 0; len < pack.len; len++) {
    char *exact = malloc(len + 1);
    memcpy(exact, pack.bytes, len);
    assert_int_equal(sift_recall_read(sift_span(exact, len), &back), SIFT_ECORRUPT);
    free(exact);
  }
  pack.bytes[1] = 2; /* of a later version */
  assert_int_equal(sift_recall_read(sift_span(pack.bytes, pack.len), &back), SIFT_ECORRUPT);
  pack.bytes[0] = (char)0x93;
  assert_int_equal(sift_recall_read(sift_span(pack.bytes, pack.len), &back), SIFT_ECORRUPT);
  sift_pack_release(&pack);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(streams_come_back_as_they_were),
      cmocka_unit_test(what_is_none_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
