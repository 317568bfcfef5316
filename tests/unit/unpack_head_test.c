#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <msgpack.h>
#include <string.h>

#include "engine/unpack_head.h"

/* A head and nine bytes that serve as its count, payload or items: what another reader makes of them. */
static void every_first_byte_is_read_as_msgpack_c_reads_it(void **state) {
  (void)state;
  for (unsigned first = 0; first < 256; first++) {
    char bytes[600] = {0}; /* zeros: counts of nothing, items that are 0 */
    bytes[0] = (char)(unsigned char)first;
    struct sift_head_row row = sift_head_rows[first];
    if (row.width > 0 && row.width != SIFT_HEAD_BAD) {
      bytes[row.width] = 3;
    }
    struct sift_head head;
    msgpack_unpacked result;
    size_t used = 0;
    msgpack_unpacked_init(&result);
    msgpack_unpack_return ret = msgpack_unpack_next(&result, bytes, sizeof bytes, &used);
    assert_int_equal(sift_head_read(bytes, sizeof bytes, &head), first != 0xC1);
    assert_int_equal(ret == MSGPACK_UNPACK_SUCCESS, first != 0xC1);
    if (first != 0xC1) {
      assert_int_equal(head.len + head.payload + head.items, used); /* each item is a byte here */
      assert_int_equal(sift_head_is_array(first), result.data.type == MSGPACK_OBJECT_ARRAY);
      assert_int_equal(sift_head_is_map(first), result.data.type == MSGPACK_OBJECT_MAP);
      assert_int_equal(sift_head_is_text(first), result.data.type == MSGPACK_OBJECT_STR || result.data.type == MSGPACK_OBJECT_BIN);
    }
    msgpack_unpacked_destroy(&result);
  }
}

static void a_count_cut_off_is_told_by_a_len_of_none(void **state) {
  (void)state;
  struct sift_head head;
  for (uint64_t left = 1; left <= SIFT_HEAD_BYTES_MAX; left++) {
    assert_true(sift_head_read("\xDF\xFF\xFF\xFF\xFF", left, &head));
    assert_int_equal(head.len, left == SIFT_HEAD_BYTES_MAX ? SIFT_HEAD_BYTES_MAX : 0);
  }
  assert_true(head.items == UINT64_C(2) * UINT32_MAX);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_first_byte_is_read_as_msgpack_c_reads_it),
      cmocka_unit_test(a_count_cut_off_is_told_by_a_len_of_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
