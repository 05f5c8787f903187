// Personal data in a text: identity card numbers (with their checksum), bank card numbers (Luhn)
// and mobile telephone numbers, also where digits are fullwidth or parted by blanks and hyphens.
// What is found is shown masked, so that the finding itself tells nothing. Pure; any thread. Called
// by broker/facts on every text of a release.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

enum class PersonalDataKind : uint8_t { id_card = 1, bank_card = 2, phone = 3 };

std::string_view name_of(PersonalDataKind kind);  // id_card, bank_card, phone

struct PersonalData {
  PersonalDataKind kind = PersonalDataKind::id_card;
  std::string field;
  size_t at = 0;       // which character of the text, from 1
  std::string masked;  // "110***********123X"
};

// In the order of the text, no more than limits::personal_data_max. Office telephones (with area
// code) are none.
std::vector<PersonalData> find_personal_data(std::string_view utf8);

}  // namespace gulou
