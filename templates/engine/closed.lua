-- For LuaLaTeX, where the body of a document begins: what reaches Lua, files or other programs is taken out of TeX's whole table of names, whatever it is called there.

-- What packages still ask Lua for in the body is given to them as functions, which take text and give text.
local function given(name, answer)
  local place = luatexbase.new_luafunction(name)
  lua.get_functions_table()[place] = function() answer(token.scan_string(), "byte") end
  token.set_lua(name, place, "global")
end
local function inside(name) -- whether it is a file of TeX's own, or of the private folder, by a name that leads nowhere else
  return not name:find("^[/~.]") and not name:find("..", 1, true) and not name:find(":", 1, true) and kpse.find_file(name, "tex", true)
end
if oberdiek and oberdiek.pdftexcmds then
  for _, name in ipairs{"escapehex", "escapestring", "escapename"} do given("pdf@" .. name, oberdiek.pdftexcmds[name]) end
  given("pdf@filemdfivesum", function(name) if inside(name) then oberdiek.pdftexcmds.filemdfivesum(name) end end)
  given("pdf@unescapehex", function(text) tex.write((text:gsub("%x%x", function(pair) return utf8.char(tonumber(pair, 16)) end))) end)
end
local function size(name)
  local found = inside(name)
  if found then tex.write(lfs.attributes(found, "size")) end
end
for _, name in ipairs{"__file_size:n", "tex_filesize:D", "pdf@filesize"} do given(name, size) end
token.set_macro("BKM@LuaTeX@InitFile", "", "global")

local closed = {}
for _, name in ipairs{
  "directlua", "latelua", "luafunction", "luafunctioncall", "luadef", "luabytecode", "luabytecodecall", "lateluafunction", "primitive",
  "openout", "read", "readline", "saveimageresource", "useimageresource",
  "tex_filedump:D", "tex_filemoddate:D", "tex_mdfivesum:D", "__sys_shell_now:e", "__sys_shell_shipout:e", "__lua_load_module_p:n",
} do
  local found = token.create(name)
  if found.cmdname ~= "undefined_cs" then closed[found.cmdname .. " " .. found.mode] = true end
end
local names = tex.hashtokens()
for place = 1, #names do
  local name = names[place]
  local found = name and name ~= "" and token.create(name)
  if found and closed[found.cmdname .. " " .. found.mode] then
    tex.sprint("\\global\\expandafter\\let\\csname ") tex.sprint(-2, name) tex.sprint("\\endcsname\\closedforgood ")
  end
end
-- What \pdfextension is still needed for reads no file: every file that is to go into the PDF as it is, is empty.
luatexbase.add_to_callback("find_data_file", function(name) return name end, "closed")
luatexbase.add_to_callback("read_data_file", function() return true, "", 0 end, "closed")
luatexbase.add_to_callback("find_image_file", function() return nil end, "closed")
