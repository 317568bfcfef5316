/* A whole fleet as numbers: when it lives, which Space fares how, and how much each may say. Immutable once planned. */
#ifndef SIFT_FLEETGEN_FLEET_H
#define SIFT_FLEETGEN_FLEET_H

#include <stdbool.h>

#include "tools/fleetgen/cases.h"
#include "tools/fleetgen/notation.h"
#include "tools/fleetgen/rng.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_GEN_ATTEMPTS_MAX = 3, SIFT_GEN_NAME_MAX = 96, SIFT_GEN_INCIDENT_SPACES_MIN = 8, SIFT_GEN_INCIDENT_FLEET_MIN = 50 };

struct sift_gen_fleet_config {
  uint64_t spaces; /* 1 or more */
  uint64_t seed;
  uint64_t bytes; /* of log text, wrapping aside */
  double faults;  /* share of Spaces with a fault, 0 to 1 */
  bool incident;  /* one fleet-wide incident, in fleets of SIFT_GEN_INCIDENT_FLEET_MIN Spaces or more */
};

/* Rules that every Space uses. */
struct sift_gen_common_rules {
  uint32_t build_header, decoy, head[SIFT_GEN_FAMILIES], body[SIFT_GEN_FAMILIES], tail[SIFT_GEN_FAMILIES];
  uint32_t head_brief, body_brief, tail_brief, run_header, traceback, reason_open, reason_plain;
};

struct sift_gen_fleet {
  struct sift_gen_fleet_config config;
  struct sift_gen_notation notation; /* whose texts the grammar borrows */
  struct sift_gen_grammar grammar;
  struct sift_gen_common_rules rules;
  int64_t start_ns, end_ns;                   /* of the days that the logs cover */
  int64_t incident_start_ns, incident_end_ns; /* equal: none */
  uint64_t incident_spaces, fault_spaces;     /* incident Spaces are among the faulty */
  bool brief;                                 /* few bytes a Space: short builds and starts */
  uint64_t essential_bytes;                   /* estimate: what the Spaces say whatever the budget */
  double chat_per_weight;                     /* bytes of chatter for a weight of 1 */
  uint32_t *case_order;                       /* faulty Space k fares as case k of this, round and round */
  size_t case_order_count;
};

/* One Space's fate. A function of the fleet and its number; cheap enough to be made again whenever asked for. */
struct sift_gen_profile {
  uint64_t index, seed;
  const struct sift_gen_app *app;
  const struct sift_gen_case *attempts[SIFT_GEN_ATTEMPTS_MAX]; /* the last one decides */
  unsigned attempt_count;
  int64_t start_ns[SIFT_GEN_ATTEMPTS_MAX + 1]; /* of each attempt, and the end of the last */
  double chat_weight[SIFT_GEN_ATTEMPTS_MAX];
  bool decoy; /* a step of the last build prints an error and ends well */
  bool incident;
};

/* Plans a fleet; SIFT_ENOMEM, or SIFT_ERULES with a message in `error` where the built-in grammar is wrong. */
enum sift_status sift_gen_fleet_init(struct sift_gen_fleet *fleet, const struct sift_gen_fleet_config *config, char *error,
                                     size_t error_size);
/* Moves all that happens by so much. */
void sift_gen_fleet_shift(struct sift_gen_fleet *fleet, int64_t by_ns);
void sift_gen_fleet_release(struct sift_gen_fleet *fleet);

void sift_gen_fleet_profile(const struct sift_gen_fleet *fleet, uint64_t index, struct sift_gen_profile *out);

/* Owner and name of a Space, each into SIFT_GEN_NAME_MAX bytes. No two Spaces of a fleet are called the same. */
void sift_gen_fleet_name(const struct sift_gen_fleet *fleet, uint64_t index, char *owner, char *name);

#ifdef __cplusplus
}
#endif
#endif
