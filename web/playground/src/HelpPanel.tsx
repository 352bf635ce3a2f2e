// Help in Chinese, over the page. A native dialog: Esc closes it, focus stays inside and
// goes back to the button.
import { useEffect, useRef, type ReactNode } from 'react';

interface HelpPanelProps {
  open: boolean;
  onClose: () => void;
}

function Entry({ term, children }: { term: ReactNode; children: ReactNode }) {
  return (
    <>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </>
  );
}

export function HelpPanel({ open, onClose }: HelpPanelProps) {
  const dialog = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);

  return (
    <dialog ref={dialog} className="help" aria-labelledby="help-title" onClose={onClose}>
      <div className="help-head">
        <h2 id="help-title">使用说明</h2>
        <button type="button" onClick={onClose}>
          关闭
        </button>
      </div>

      <h3>三步得到结果</h3>
      <ol>
        <li>在左侧“示例查询”里点一条，它会在编辑区打开成一个标签页。</li>
        <li>
          按右上方蓝色的“▶ 运行查询”，或按 <kbd>Ctrl</kbd> + <kbd>Enter</kbd>，结果显示在右侧。
        </li>
        <li>要换企业、地区或日期，改下方“变量”里的值，再运行一次。</li>
      </ol>

      <h3>查询里常见的写法</h3>
      <dl>
        <Entry term={<code>by</code>}>
          指明查哪一个，四选一：<code>id</code>、统一社会信用代码 <code>creditCode</code>、名称{' '}
          <code>name</code>、代码 <code>code</code>。例：
          <code>{'enterprise(by: {name: "华兰生物"})'}</code>
          。名称可对应多个单位时不会代为猜测，而是列出候选，请改用全称或代码。
        </Entry>
        <Entry term={<code>asOf</code>}>
          按哪一天的事实回答，如 <code>{'asOf: "2024-12-31"'}</code>
          ；不写就是今天。合作、称号、任职都有起止日期，换日期会得到不同结果。
        </Entry>
        <Entry term={<code>source</code>}>
          每条事实的出处：网址、发布单位、日期与等级。引用数据前请先看出处。
        </Entry>
        <Entry term={<code>first · after</code>}>
          列表一次取几条、从哪里接着取；<code>totalCount</code> 是总数。
        </Entry>
      </dl>

      <h3>自己写查询</h3>
      <ul>
        <li>
          编辑区里按 <kbd>Ctrl</kbd> + <kbd>空格</kbd> 列出此处可用的字段。
        </li>
        <li>编辑区左边的图标依次是：字段文档、历史记录、勾选式查询。</li>
        <li>标签页与历史只保存在本机浏览器；请求头（可能含令牌）不保存。</li>
      </ul>

      <h3>登录</h3>
      <p>
        查公开数据不用登录。工作人员要看内部数据或写入：按右上方“登录”，输入管理员给的账号和密码；第一次登录后须先换成自己的密码。离开前请按“退出”：这一页上的结果会一起清掉。一段时间不用，登录会自动结束。忘了密码或被锁定，请找管理员。
      </p>

      <h3>令牌</h3>
      <p>
        没有账号而有令牌的：点编辑区下方的“请求头”，把管理员给的令牌（
        <code>igt_</code> 开头）粘贴到 <code>Bearer</code>{' '}
        后面，再运行查询；填了令牌就以令牌为准，不看登录。令牌不保存在浏览器里：新开的标签页要再填一次（点“示例写入”时会带过去），刷新后要重新粘贴；不要写进网址，也不要发给别人。
      </p>

      <h3>录入与修改</h3>
      <p>
        写一条 <code>mutation</code>，登录或填好令牌，按“运行写入”。写下的会一直留在账本里，所以先练习：示例库（
        <code>script/serve --demo</code>）左侧有“示例写入”，内容是虚构的，真实的库里不提供。回答里{' '}
        <code>__typename</code> 是 <code>Written</code> 才算写下；其他回答都有一句中文说明，照着做即可。做法见{' '}
        <code>docs/writing.md</code>。
      </p>

      <h3>更多资料</h3>
      <p>
        项目目录中：<code>docs/</code> 是文档（导入格式见 <code>docs/import-format.md</code>，账号与登录见 <code>docs/accounts.md</code>，令牌与备份见{' '}
        <code>docs/operating.md</code>），
        <code>schema/schema.graphql</code> 是完整接口，<code>schema/examples/</code>{' '}
        是这里的全部示例。接口地址：<code>POST /graphql</code>。
      </p>
    </dialog>
  );
}
