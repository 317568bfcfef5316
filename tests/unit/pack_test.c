/* What is packed must be what msgpack-c packs, byte for byte: both use the shortest form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <msgpack.h>

#include "engine/pack.h"

static msgpack_sbuffer expected;
static msgpack_packer packer;
static char bytes[128 * 1024];

static int set_up(void **state) {
  (void)state;
  msgpack_sbuffer_init(&expected);
  msgpack_packer_init(&packer, &expected, msgpack_sbuffer_write);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  msgpack_sbuffer_destroy(&expected);
  return 0;
}

static void assert_same(const char *at) {
  assert_int_equal(at - bytes, expected.size);
  assert_memory_equal(bytes, expected.data, expected.size);
  msgpack_sbuffer_clear(&expected);
}

static void numbers_take_their_shortest_form(void **state) {
  (void)state;
  for (unsigned bit = 0; bit < 64; bit++) {
    for (uint64_t around = 0; around < 3; around++) {
      uint64_t value = (UINT64_C(1) << bit) + around - 1;
      msgpack_pack_uint64(&packer, value);
      assert_same(sift_put_unsigned(bytes, value));
    }
  }
  msgpack_pack_int64(&packer, 300);
  assert_same(sift_put_signed(bytes, 300));
  msgpack_pack_int64(&packer, INT64_MIN);
  assert_same(sift_put_signed(bytes, INT64_MIN));
}

static void constants_are_one_byte(void **state) {
  (void)state;
  msgpack_pack_nil(&packer);
  msgpack_pack_true(&packer);
  msgpack_pack_false(&packer);
  assert_same(sift_put_bool(sift_put_bool(sift_put_nil(bytes), true), false));
}

static void counts_and_lengths_take_their_shortest_form(void **state) {
  (void)state;
  const uint32_t counts[] = {0, 1, 15, 16, 31, 32, 255, 256, 65535, 65536, UINT32_MAX};
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    msgpack_pack_array(&packer, counts[i]);
    assert_same(sift_put_array(bytes, counts[i]));
    msgpack_pack_map(&packer, counts[i]);
    assert_same(sift_put_map(bytes, counts[i]));
    msgpack_pack_str(&packer, counts[i]);
    assert_same(sift_put_str_head(bytes, counts[i]));
    msgpack_pack_bin(&packer, counts[i]);
    assert_same(sift_put_bin_head(bytes, counts[i]));
  }
}

static void text_is_str_only_if_it_is_utf8(void **state) {
  (void)state;
  msgpack_pack_str_with_body(&packer, "\xC3\xA9", 2);
  assert_same(sift_put_text(bytes, sift_span_of("\xC3\xA9")));
  msgpack_pack_bin_with_body(&packer, "\xC3", 1);
  assert_same(sift_put_text(bytes, sift_span_of("\xC3")));
  msgpack_pack_str(&packer, 0);
  assert_same(sift_put_text(bytes, sift_span(NULL, 0)));
}

static void times_take_their_shortest_form(void **state) {
  (void)state;
  const msgpack_timestamp stamps[] = {
      {0, 0},  {1, 0},          {UINT32_MAX, 0},  {UINT32_MAX, 1}, {INT64_C(1) << 32, 0}, {1769854830, 999999999},
      {-1, 0}, {-1, 999999999}, {-9223372036, 5},
  };
  for (size_t i = 0; i < sizeof stamps / sizeof stamps[0]; i++) {
    msgpack_pack_timestamp(&packer, &stamps[i]);
    assert_same(sift_put_time(bytes, stamps[i].tv_sec * 1000000000 + stamps[i].tv_nsec));
  }
}

static void a_pack_grows_and_keeps_what_it_holds(void **state) {
  (void)state;
  struct sift_pack pack = {0};
  for (unsigned i = 0; i < 10000; i++) {
    char *at = sift_pack_reserve(&pack, SIFT_PACK_MAX);
    assert_non_null(at);
    sift_pack_commit(&pack, sift_put_unsigned(at, i));
    msgpack_pack_uint64(&packer, i);
  }
  assert_int_equal(pack.len, expected.size);
  assert_memory_equal(pack.bytes, expected.data, expected.size);
  assert_null(sift_pack_reserve(&pack, SIZE_MAX));
  assert_int_equal(pack.len, expected.size);
  sift_pack_release(&pack);
}

#define PACK_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      PACK_TEST(numbers_take_their_shortest_form),
      PACK_TEST(constants_are_one_byte),
      PACK_TEST(counts_and_lengths_take_their_shortest_form),
      PACK_TEST(text_is_str_only_if_it_is_utf8),
      PACK_TEST(times_take_their_shortest_form),
      PACK_TEST(a_pack_grows_and_keeps_what_it_holds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
