#include "tests/unit/triage_fixture.h"

#include "tests/unit/scene_support.h"

#include "ingest/serve/factbox.h"

static struct sift_factbox *box_of_one(void) {
  struct sift_facts *facts = NULL;
  struct sift_factbox *box = NULL;
  assert_int_equal(sift_facts_new(&facts), SIFT_OK);
  know(facts, "a/b", SIFT_FACT_STAGE, "RUNNING", SIFT_FACT_SDK, "docker", SIFT_TIME_NONE);
  assert_int_equal(sift_factbox_new(&box, facts), SIFT_OK);
  return box;
}

static void facts_are_sealed_and_live_as_long_as_anybody_holds_them(void **state) {
  (void)state;
  struct sift_factbox *box = box_of_one();
  assert_ptr_equal(sift_factbox_acquire(box), box);
  sift_factbox_release(box);
  assert_int_equal(sift_facts_count(box->facts), 1); /* the sanitizer would say if they were gone */
  assert_int_equal(sift_facts_find(box->facts, sift_span_of("a/b")), 0);
  sift_factbox_release(box);
  assert_null(sift_factbox_acquire(NULL));
  sift_factbox_release(NULL);
}

static void pages_are_held_alike(void **state) {
  (void)state;
  struct sift_status_page *page = NULL;
  struct sift_pagebox *box = NULL;
  assert_int_equal(sift_status_page_new(&page), SIFT_OK);
  assert_int_equal(sift_status_page_add_component(page, sift_span_of("Spaces"), SIFT_COMPONENT_DOWNTIME), SIFT_OK);
  assert_int_equal(sift_pagebox_new(&box, page), SIFT_OK);
  assert_ptr_equal(sift_pagebox_acquire(box), box);
  sift_pagebox_release(box);
  assert_non_null(sift_status_page_component(box->page, sift_span_of("spaces")));
  sift_pagebox_release(box);
  assert_null(sift_pagebox_acquire(NULL));
  sift_pagebox_release(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(facts_are_sealed_and_live_as_long_as_anybody_holds_them),
      cmocka_unit_test(pages_are_held_alike),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
