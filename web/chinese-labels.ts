// GraphiQL's own labels are fixed English text with no way to set them. This build step
// swaps the ones a reader meets for Chinese. Each must be found in its file: after an
// upgrade that renames one, the build fails here instead of going quietly back to English.
import type { Plugin } from 'vite';

type Swap = readonly [english: string, chinese: string];

const LABELS: Record<string, readonly Swap[]> = {
  'graphiql/dist/GraphiQL.js': [
    ['newTab: "New tab"', 'newTab: "新标签页"'],
    ['"Show" : "Hide"} editor tools`', '"展开" : "收起"}变量与请求头`'],
    ['"aria-label": "Editor Commands"', '"aria-label": "编辑命令"'],
    ['"aria-label": "Operation Editor"', '"aria-label": "查询编辑区"'],
    ['"aria-label": "Select active operation"', '"aria-label": "打开的查询"'],
    ['children: "Variables"', 'children: "变量"'],
    ['children: "Headers"', 'children: "请求头"'],
  ],
  'graphiql/dist/ui/sidebar.js': [
    ['`Re-fetch GraphQL schema (', '`重新读取字段 ('],
    ['"Open short keys dialog"', '"快捷键"'],
    ['"Open settings dialog"', '"设置"'],
    ['"Hide" : "Show"} ${plugin_0.title}', '"收起" : "展开"}${plugin_0.title}'],
    ['children: "Short Keys"', 'children: "快捷键"'],
    ['children: "Settings"', 'children: "设置"'],
    ['children: "Clear storage"', 'children: "清除本机记录"'],
    ['"Remove all locally stored data and start fresh."', '"删除浏览器里保存的标签页与历史。"'],
    ['children: "Theme"', 'children: "外观"'],
    ['"Clear data"', '"清除"'],
    ['"Cleared data"', '"已清除"'],
  ],
  'graphiql/dist/ui/toolbar.js': [
    ['`Prettify query (', '`整理格式 ('],
    ['`Merge fragments into query (', '`并入片段 ('],
    ['`Copy query (', '`复制查询 ('],
  ],
  '@graphiql/react/dist/constants.js': [
    ['label: "Prettify Editors"', 'label: "整理格式"'],
    ['label: "Merge Fragments into Query"', 'label: "并入片段"'],
    ['label: "Run Operation"', 'label: "运行查询"'],
    ['label: "Copy Query"', 'label: "复制查询"'],
  ],
  '@graphiql/react/dist/components/execute-button/index.js': [
    ['"Stop" : "Execute"} query (', '"停止" : "运行查询"} ('],
  ],
  '@graphiql/react/dist/components/tabs/index.js': [['"Close Tab"', '"关闭标签页"']],
  '@graphiql/plugin-doc-explorer/dist/context.js': [
    ['title: "Documentation Explorer"', 'title: "字段文档"'],
    ['name: "Docs"', 'name: "字段文档"'],
  ],
  '@graphiql/plugin-doc-explorer/dist/components/doc-explorer.js': [['`Go back to ', '`返回 ']],
  '@graphiql/plugin-doc-explorer/dist/components/search.js': [
    ['`Search ${navItem.name}...`', '`搜索${navItem.name}…`'],
    ['"No results found"', '"没有找到"'],
    ['"Other results"', '"其他结果"'],
  ],
  '@graphiql/plugin-history/dist/index.js': [['title: "History"', 'title: "历史记录"']],
  '@graphiql/plugin-history/dist/components.js': [
    ['      "History",', '      "历史记录",'],
    ['const t2 = "History"', 'const t2 = "历史记录"'],
    ['success: "Cleared"', 'success: "已清空"'],
    ['"Failed to Clear"', '"清空失败"'],
    ['[clearStatus] || "Clear"', '[clearStatus] || "清空"'],
    ['placeholder: "Type a label"', 'placeholder: "输入名称"'],
    ['label: "Set active"', 'label: "重新打开"'],
    ['label: "Edit label"', 'label: "改名"'],
    ['label: "Delete from history"', 'label: "从历史中删除"'],
    ['"Remove favorite" : "Add favorite"', '"取消收藏" : "收藏"'],
  ],
  '@graphiql/plugin-explorer/dist/index.js': [['title: "GraphiQL Explorer"', 'title: "勾选式查询"']],
};

export function chineseLabels(): Plugin {
  const met = new Set<string>();
  return {
    name: 'innograph-chinese-labels',
    // Dev mode bundles dependencies ahead and never calls `transform` for them: the page is
    // English there, and the check below must not run.
    apply: 'build',
    transform(code, id) {
      const file = Object.keys(LABELS).find((name) => id.endsWith(`/node_modules/${name}`));
      if (!file) return null;
      met.add(file);
      let text = code;
      for (const [english, chinese] of LABELS[file] ?? []) {
        if (!text.includes(english)) this.error(`${file} no longer contains: ${english}`);
        text = text.replaceAll(english, chinese);
      }
      return { code: text, map: null };
    },
    buildEnd(error) {
      if (error) return;
      for (const file of Object.keys(LABELS)) {
        if (!met.has(file)) this.error(`${file} is no longer part of the page`);
      }
    },
  };
}
