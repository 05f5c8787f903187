// What the platform takes at most, and what this room asks of it at most. Facts of WeChat's public
// documents; what an account may be granted differently is a setting (outlet_tables.h).
#pragma once

#include <cstddef>
#include <cstdint>

namespace gulou::limits {

inline constexpr size_t wechat_title_chars_max = 32;
inline constexpr size_t wechat_author_chars_max = 16;
inline constexpr size_t wechat_digest_chars_max = 128;
inline constexpr size_t wechat_content_chars_max = 19'999;
inline constexpr size_t wechat_content_bytes_max = 1024 * 1024 - 1;
inline constexpr size_t wechat_source_url_bytes_max = 1024;
inline constexpr size_t wechat_articles_max = 8;  // of one message
inline constexpr size_t wechat_picture_bytes_max = 1024 * 1024 - 1;
inline constexpr size_t wechat_cover_bytes_max = 10 * 1024 * 1024 - 1;
inline constexpr uint32_t wechat_cover_width_px = 900;
inline constexpr uint32_t wechat_cover_height_px = 383;

inline constexpr int64_t wechat_call_ms_max = 5'000;
inline constexpr size_t wechat_answer_bytes_max = 24 * 1024 * 1024;  // twenty messages of 1 MB
inline constexpr int64_t wechat_token_overlap_ms = 5LL * 60 * 1000;
inline constexpr int64_t wechat_force_ms_min = 30'000;  // between two forced renewals
inline constexpr uint32_t wechat_forces_per_day = 20;
inline constexpr int wechat_list_rows = 20;       // of one call
inline constexpr int wechat_list_pages_max = 5;   // how far back an article is looked for
inline constexpr size_t wechat_events_max = 256;  // told and not yet asked for
inline constexpr size_t wechat_event_bytes_max = 64 * 1024;
inline constexpr size_t wechat_counter_bytes_max = 4096;

}  // namespace gulou::limits
