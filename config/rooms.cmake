# gulou_room(NAME SOURCES a.cc b.cc USES other_rooms LIBRARIES third_party)
#
# A room is one static library named gulou_<NAME>. USES names rooms on floors below and is public;
# LIBRARIES are third-party imported targets, private to the room: its doors are .cc files.
add_library(gulou_warnings INTERFACE)
target_compile_options(gulou_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wsuggest-override -Wextra-semi -Wmissing-declarations
  -Wimplicit-fallthrough -Wformat=2 -Wcast-qual -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(gulou_warnings INTERFACE -Wduplicated-cond -Wlogical-op)
endif()
if(GULOU_WERROR)
  target_compile_options(gulou_warnings INTERFACE -Werror)
endif()

add_compile_options(-D_GLIBCXX_ASSERTIONS -fstack-protector-strong)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-D_FORTIFY_SOURCE=2)
endif()
if(GULOU_SANITIZE STREQUAL "address+undefined")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(GULOU_FUZZ)  # preset fuzz: everything instrumented for libFuzzer, with sanitizers
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(GULOU_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
endif()

function(gulou_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  add_library(gulou_${name} STATIC ${ROOM_SOURCES})
  target_include_directories(gulou_${name} PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
  foreach(used IN LISTS ROOM_USES)
    target_link_libraries(gulou_${name} PUBLIC gulou_${used})
  endforeach()
  target_link_libraries(gulou_${name} PRIVATE gulou_warnings ${ROOM_LIBRARIES})
endfunction()

# gulou_program(NAME [DEVELOPERS] SOURCES ... USES ... LIBRARIES ...): an executable in bin/; installed
# unless it is for developers. Target "programs" is all that is installed.
add_custom_target(programs)
function(gulou_program name)
  cmake_parse_arguments(PROGRAM "DEVELOPERS" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  add_executable(${name} ${PROGRAM_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
  foreach(used IN LISTS PROGRAM_USES)
    target_link_libraries(${name} PRIVATE gulou_${used})
  endforeach()
  target_link_libraries(${name} PRIVATE gulou_warnings ${PROGRAM_LIBRARIES})
  if(NOT PROGRAM_DEVELOPERS)
    install(TARGETS ${name} RUNTIME)
    add_dependencies(programs ${name})
  endif()
endfunction()

# gulou_embed(TARGET NAME FILES...): embeds files in TARGET as gulou::embedded::NAME
# (a std::span of {name, bytes}); include "NAME_embedded.h".
function(gulou_embed target name)
  set(out ${PROJECT_BINARY_DIR}/generated/${name}_embedded.h)
  set(files)
  foreach(file IN LISTS ARGN)  # absolute: a file the build makes
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
    list(APPEND files ${file})
  endforeach()
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -E env python3 ${PROJECT_SOURCE_DIR}/config/embed.py ${name} ${out} ${files}
    DEPENDS ${files} ${PROJECT_SOURCE_DIR}/config/embed.py VERBATIM)
  add_custom_target(embed_${name} DEPENDS ${out})
  add_dependencies(${target} embed_${name})
endfunction()
