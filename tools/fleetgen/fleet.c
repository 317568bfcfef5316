#include "tools/fleetgen/fleet.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/fleetgen/life.h"

enum {
  SAMPLE_SPACES_MAX = 4096, /* measured to estimate what must be said: 1/64 of its spread as error */
  BRIEF_BYTES = 8 * 1024,   /* a Space's share below which builds are short */
  CASE_ROUNDS = 4,          /* how many times every case stands in the order before it repeats */
  FIRST_DAY = 20089,        /* 2025-01-01 */
  DAYS = 5,
  INCIDENT_MINUTES = 40,
};
static const int64_t day_ns = INT64_C(86400) * 1000000000;
static const int64_t minute_ns = INT64_C(60) * 1000000000;

static enum sift_status grammar_load(struct sift_gen_fleet *fleet, char *error, size_t error_size) {
  size_t count;
  const struct sift_gen_file *files = sift_gen_builtin(&count);
  enum sift_status status = sift_gen_notation_read(&fleet->notation, files, count, error, error_size);
  if (status == SIFT_OK) {
    status = sift_gen_grammar_init(&fleet->grammar, fleet->notation.rules, error, error_size);
  }
  return status;
}

static void rules_find(struct sift_gen_fleet *fleet) {
  static const char *const families[SIFT_GEN_FAMILIES] = {"sdk", "python", "node", "java", "go"};
  struct sift_gen_common_rules *rules = &fleet->rules;
  for (size_t i = 0; i < SIFT_GEN_FAMILIES; i++) {
    char name[32];
    snprintf(name, sizeof(name), "head_%s", families[i]);
    rules->head[i] = sift_gen_grammar_rule(&fleet->grammar, name);
    snprintf(name, sizeof(name), "body_%s", families[i]);
    rules->body[i] = sift_gen_grammar_rule(&fleet->grammar, name);
    snprintf(name, sizeof(name), "tail_%s", families[i]);
    rules->tail[i] = sift_gen_grammar_rule(&fleet->grammar, name);
  }
  rules->build_header = sift_gen_grammar_rule(&fleet->grammar, "build_header");
  rules->decoy = sift_gen_grammar_rule(&fleet->grammar, "decoy");
  rules->head_brief = sift_gen_grammar_rule(&fleet->grammar, "head_brief");
  rules->body_brief = sift_gen_grammar_rule(&fleet->grammar, "body_brief");
  rules->tail_brief = sift_gen_grammar_rule(&fleet->grammar, "tail_brief");
  rules->run_header = sift_gen_grammar_rule(&fleet->grammar, "run_header");
  rules->traceback = sift_gen_grammar_rule(&fleet->grammar, "traceback");
  rules->reason_open = sift_gen_grammar_rule(&fleet->grammar, "reason_open");
  rules->reason_plain = sift_gen_grammar_rule(&fleet->grammar, "reason_plain");
}

static void shuffle(struct sift_rng *rng, uint32_t *items, size_t count) {
  for (size_t i = count; i > 1; i--) {
    size_t j = sift_rng_below(rng, (uint32_t)i);
    uint32_t swapped = items[i - 1];
    items[i - 1] = items[j];
    items[j] = swapped;
  }
}

/* First one case of each verdict, so that small fleets show them all, then every case in turn. */
static enum sift_status cases_order(struct sift_gen_fleet *fleet, struct sift_rng *rng) {
  size_t count;
  sift_gen_cases(&count);
  size_t *starts = calloc(count + 1, sizeof(*starts));
  fleet->case_order = calloc(count * (CASE_ROUNDS + 1), sizeof(*fleet->case_order));
  if (starts == NULL || fleet->case_order == NULL) {
    free(starts);
    return SIFT_ENOMEM;
  }
  size_t verdicts = sift_gen_case_starts(starts);
  for (size_t i = 0; i < verdicts; i++) {
    fleet->case_order[i] = (uint32_t)(starts[i] + sift_rng_below(rng, (uint32_t)(starts[i + 1] - starts[i])));
  }
  shuffle(rng, fleet->case_order, verdicts);
  size_t filled = verdicts;
  for (size_t round = 0; round < CASE_ROUNDS; round++, filled += count) {
    for (uint32_t i = 0; i < count; i++) {
      fleet->case_order[filled + i] = i;
    }
    shuffle(rng, fleet->case_order + filled, count);
  }
  fleet->case_order_count = filled;
  free(starts);
  return SIFT_OK;
}

static void shares_set(struct sift_gen_fleet *fleet) {
  const struct sift_gen_fleet_config *config = &fleet->config;
  double spaces = (double)config->spaces;
  fleet->fault_spaces = (uint64_t)(spaces * config->faults + 0.5);
  if (config->incident && config->spaces >= SIFT_GEN_INCIDENT_FLEET_MIN) {
    uint64_t share = (uint64_t)(spaces * 0.06 + 0.5);
    fleet->incident_spaces = share > SIFT_GEN_INCIDENT_SPACES_MIN ? share : SIFT_GEN_INCIDENT_SPACES_MIN;
  }
  if (fleet->fault_spaces < fleet->incident_spaces) {
    fleet->fault_spaces = fleet->incident_spaces;
  }
  fleet->brief = config->bytes / config->spaces < BRIEF_BYTES;
}

static void times_set(struct sift_gen_fleet *fleet, struct sift_rng *rng) {
  fleet->start_ns = (FIRST_DAY + (int64_t)sift_rng_below(rng, 500)) * day_ns;
  fleet->end_ns = fleet->start_ns + DAYS * day_ns;
  fleet->incident_start_ns = fleet->start_ns + 2 * day_ns + (int64_t)sift_rng_below(rng, 24 * 60) * minute_ns;
  fleet->incident_end_ns = fleet->incident_start_ns + INCIDENT_MINUTES * minute_ns;
}

/* What Spaces say with no chatter: all of them in a small fleet, else a sample spread over it. */
static enum sift_status essentials_measure(struct sift_gen_fleet *fleet) {
  uint64_t spaces = fleet->config.spaces;
  uint64_t sampled = spaces < SAMPLE_SPACES_MAX ? spaces : SAMPLE_SPACES_MAX;
  struct sift_gen_text text;
  sift_gen_text_init(&text);
  uint64_t bytes = 0;
  for (uint64_t i = 0; i < sampled && !text.failed; i++) {
    struct sift_gen_life life;
    sift_gen_life_init(&life, fleet, (uint64_t)((double)i * (double)spaces / (double)sampled));
    while (sift_gen_life_next(&life, &text)) {}
    bytes += life.bytes;
  }
  fleet->essential_bytes = (uint64_t)((double)bytes * (double)spaces / (double)sampled);
  bool failed = text.failed;
  sift_gen_text_release(&text);
  return failed ? SIFT_ENOMEM : SIFT_OK;
}

static void chatter_share(struct sift_gen_fleet *fleet) {
  double weights = 0;
  for (uint64_t i = 0; i < fleet->config.spaces; i++) {
    struct sift_gen_profile profile;
    sift_gen_fleet_profile(fleet, i, &profile);
    for (unsigned k = 0; k < profile.attempt_count; k++) {
      weights += profile.chat_weight[k];
    }
  }
  if (fleet->config.bytes > fleet->essential_bytes && weights > 0) {
    fleet->chat_per_weight = (double)(fleet->config.bytes - fleet->essential_bytes) / weights;
  }
}

enum sift_status sift_gen_fleet_init(struct sift_gen_fleet *fleet, const struct sift_gen_fleet_config *config, char *error,
                                     size_t error_size) {
  assert(config->spaces > 0 && config->faults >= 0 && config->faults <= 1);
  *fleet = (struct sift_gen_fleet){.config = *config};
  struct sift_rng rng;
  sift_rng_init(&rng, sift_rng_mix(config->seed, UINT64_MAX));
  enum sift_status status = grammar_load(fleet, error, error_size);
  if (status != SIFT_OK) {
    sift_gen_fleet_release(fleet);
    return status;
  }
  rules_find(fleet);
  times_set(fleet, &rng);
  shares_set(fleet);
  status = cases_order(fleet, &rng);
  if (status == SIFT_OK) {
    status = essentials_measure(fleet);
  }
  if (status != SIFT_OK) {
    sift_gen_fleet_release(fleet);
    return status;
  }
  chatter_share(fleet);
  return SIFT_OK;
}

void sift_gen_fleet_shift(struct sift_gen_fleet *fleet, int64_t by_ns) {
  fleet->start_ns += by_ns;
  fleet->end_ns += by_ns;
  fleet->incident_start_ns += by_ns;
  fleet->incident_end_ns += by_ns;
}

void sift_gen_fleet_release(struct sift_gen_fleet *fleet) {
  sift_gen_grammar_release(&fleet->grammar);
  sift_gen_notation_release(&fleet->notation);
  free(fleet->case_order);
  *fleet = (struct sift_gen_fleet){0};
}
