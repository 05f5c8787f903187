// The bounds of this room alone: what a cycle, a report of a page and the local copy may be. Those
// shared with others stand in common/base/limits.h, and no operator changes one of these. Units are
// last in the name.
#pragma once

#include "common/base/limits.h"

namespace gulou::limits {

inline constexpr int64_t screen_cycle_ms_max = 600'000;        // all items once
inline constexpr int64_t screen_item_ms = 12'000;              // each, and the time to read it
inline constexpr int64_t screen_character_ms = 200;            // five a second
inline constexpr int64_t screen_page_silence_ms_max = 90'000;  // a page that draws says so
inline constexpr int64_t screen_shown_wait_ms_max =
    3LL * 3600 * 1000;  // an urgent item's own time and some cycles, then given up
inline constexpr size_t screen_pages_max = 16;  // drawing one screen's items
inline constexpr int64_t screen_shown_poll_ms_first = 3'000;
inline constexpr int64_t screen_shown_poll_ms = 60'000;       // should a call-back be lost
inline constexpr size_t screen_report_bytes_max = 16 * 1024;  // what a page says it drew
inline constexpr size_t screen_report_items_max = 64;
inline constexpr uint64_t screen_played_bytes_max = 16 * 1024 * 1024;  // then the older half goes
inline constexpr size_t screen_led_width_max = 400;                    // characters of a line
inline constexpr size_t screen_led_bytes_max = 64 * 1024;
inline constexpr size_t screen_blobs_bytes_max = 2ULL * 1024 * 1024 * 1024;
inline constexpr size_t screen_pdf_pages_max = 60;  // of an attachment, on a kiosk
inline constexpr size_t screen_pdf_bytes_max = 50 * 1024 * 1024;
inline constexpr int64_t screen_pdf_ms_max = 20'000;  // to draw one page
inline constexpr size_t screen_pdf_jobs_max = 16;     // pages waiting to be drawn
inline constexpr size_t screen_picture_bytes_max = 16 * 1024 * 1024;
inline constexpr size_t screen_search_chars = 4000;  // of a text, for a kiosk to search in
inline constexpr int64_t screen_preview_minutes_max = 24 * 60;
inline constexpr int64_t screen_lease_store_ms = 60'000;   // used time becomes durable
inline constexpr int64_t screen_confirm_every_ms = 2'000;  // a screen that is a channel of its own
inline constexpr int64_t device_confirm_ms_dark = 5'000;   // until the broker confirms what is dark
inline constexpr int64_t screen_said_ms = 60'000;          // a broker has stored it, or died
inline constexpr size_t screen_gateway_screens_max = 32;   // behind one agent
inline constexpr uint64_t board_log_bytes_max = 32 * 1024 * 1024;     // then what is long down goes
inline constexpr int64_t board_forget_ms = 400LL * 24 * 3600 * 1000;  // after it was taken down
inline constexpr size_t board_photo_bytes_max = 5 * 1024 * 1024;      // as it is sent
inline constexpr uint32_t board_photo_side_px = 1600;                 // as it is kept
inline constexpr size_t board_photos_max = 20'000;                    // some 6 GB
inline constexpr size_t board_questions_max = 64;                     // waiting for their turn
inline constexpr uint32_t board_requests_per_second_max = 30;         // of an address
inline constexpr uint32_t board_wrong_per_second_max = 2;             // wrong links of an address
inline constexpr int64_t board_poll_ms_first = 1000;  // twice that, and twice as long each time
inline constexpr int64_t board_poll_ms = 3600'000;    // should a call-back be lost

}  // namespace gulou::limits
