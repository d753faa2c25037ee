# Builds llama-server and little else, in a third of the time: `dev.py test` hands this file to CMake
# (CMAKE_PROJECT_TOP_LEVEL_INCLUDES). llama.cpp has no option to leave its other tools out of the default target, and
# most of the time goes into reading the same headers again for each of some 200 files.
# Only the arithmetic is optimised; the rest of a test server may be slow.

macro(add_subdirectory folder)
    set(in_root FALSE)
    if(CMAKE_CURRENT_SOURCE_DIR STREQUAL CMAKE_SOURCE_DIR AND CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
        set(in_root TRUE)
    endif()
    if(in_root AND "${folder}" STREQUAL "ggml")
        set(CMAKE_CXX_FLAGS_RELEASE "-O3 -DNDEBUG")
    elseif(in_root AND "${folder}" STREQUAL "src")
        set(CMAKE_CXX_FLAGS_RELEASE "-O1 -DNDEBUG")
    elseif(in_root)
        set(CMAKE_CXX_FLAGS_RELEASE "-O0 -DNDEBUG")
    endif()

    if(CMAKE_CURRENT_SOURCE_DIR MATCHES "/tools$" AND NOT "${folder}" STREQUAL "server")
        _add_subdirectory(${folder} ${ARGN} EXCLUDE_FROM_ALL)
    else()
        _add_subdirectory(${folder} ${ARGN})
    endif()

    if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
        if("${folder}" STREQUAL "common" AND TARGET llama-common)
            target_precompile_headers(llama-common PRIVATE
                <algorithm> <chrono> <filesystem> <fstream> <functional> <iostream> <map> <memory> <mutex> <regex>
                <set> <sstream> <string> <thread> <unordered_map> <vector> "${CMAKE_SOURCE_DIR}/common/chat.h")
        elseif("${folder}" STREQUAL "server" AND TARGET server-context)
            target_precompile_headers(server-context PRIVATE "${CMAKE_SOURCE_DIR}/tools/server/server-common.h")
        elseif("${folder}" STREQUAL "mtmd" AND TARGET mtmd)
            target_precompile_headers(mtmd PRIVATE
                "$<$<COMPILE_LANGUAGE:CXX>:${CMAKE_SOURCE_DIR}/tools/mtmd/models/models.h>")
            # These two are outsiders by their own word, and refuse such headers.
            foreach(outsider mtmd-helper.cpp mtmd-helper-gen.cpp)
                set_source_files_properties("${CMAKE_SOURCE_DIR}/tools/mtmd/${outsider}"
                    TARGET_DIRECTORY mtmd PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
            endforeach()
        endif()
    endif()
endmacro()
