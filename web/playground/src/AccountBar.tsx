// Who is logged in, at the right of the page's head, and the way in and out.
import { useCallback, useState } from 'react';

import { LogInDialog } from './LogInDialog.tsx';
import { logOut, useSession, type Member } from './session.ts';

function described(member: Member): string {
  return [member.roleZh, member.regionZh].filter((part) => part !== null && part !== '').join(' · ');
}

export function AccountBar() {
  const { member } = useSession();
  const [asking, setAsking] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const close = useCallback(() => setAsking(false), []);
  const act = (doing: () => void) => () => {
    setFailure(null);
    doing();
  };

  return (
    <div className="account" role="group" aria-label="登录情况">
      <p className="who" role="status">
        {failure}
        {member === null || failure !== null ? null : (
          <>
            <span className="visually-hidden">已登录：</span>
            <strong>{member.name}</strong> <span>{described(member)}</span>
          </>
        )}
      </p>
      {/* One button whatever it says: it opened the dialog, so the focus comes back to it. */}
      <button type="button" className={member?.mustChange ? 'top-button urgent' : 'top-button'} onClick={act(() => setAsking(true))}>
        {member === null ? '登录' : member.mustChange ? '请先修改初始密码' : '修改密码'}
      </button>
      {member === null ? null : (
        <button type="button" className="top-button" onClick={act(() => void logOut().then(setFailure))}>
          退出
        </button>
      )}
      <LogInDialog open={asking} onClose={close} />
    </div>
  );
}
